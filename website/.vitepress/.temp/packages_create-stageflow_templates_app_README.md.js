import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"template-package","description":"","frontmatter":{},"headers":[],"relativePath":"packages/create-stageflow/templates/app/README.md","filePath":"packages/create-stageflow/templates/app/README.md"}');
const _sfc_main = { name: "packages/create-stageflow/templates/app/README.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="template-package" tabindex="-1">template-package <a class="header-anchor" href="#template-package" aria-label="Permalink to &quot;template-package&quot;">​</a></h1><p>Answers a question with a pipeline of four stages, and streams the answer.</p><div class="language-sh vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang">sh</span><pre class="shiki shiki-themes github-light-high-contrast github-dark-high-contrast vp-code" tabindex="0"><code><span class="line"><span style="--shiki-light:#702C00;--shiki-dark:#FFB757;">npm</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> start</span><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;"> --</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> &quot;What is a stage?&quot;</span></span>
<span class="line"><span style="--shiki-light:#702C00;--shiki-dark:#FFB757;">npm</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> run</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> dev</span><span style="--shiki-light:#66707B;--shiki-dark:#BDC4CC;"> # shows each run on a page</span></span>
<span class="line"><span style="--shiki-light:#702C00;--shiki-dark:#FFB757;">npm</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> test</span></span>
<span class="line"><span style="--shiki-light:#702C00;--shiki-dark:#FFB757;">npm</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> run</span><span style="--shiki-light:#032563;--shiki-dark:#ADDCFF;"> check</span><span style="--shiki-light:#66707B;--shiki-dark:#BDC4CC;"> # the types, of the tests too</span></span></code></pre></div><ul><li><code>src/chat.ts</code> describes the pipeline. Each stage starts as soon as the stages that it depends on are done.</li><li><code>src/interceptors.ts</code> has what goes around every stage, outermost first.</li><li><code>src/model.ts</code> stands for a model: it returns the prompt. Call your model there; <code>.env</code> is the place for its key.</li><li><code>src/main.ts</code> builds the pipeline once, and runs it. <code>src/dev.ts</code> does so for each question, with a page that shows the runs.</li><li><code>src/chat.test.ts</code> runs the pipeline with a fake model.</li></ul><p>Node 22.18 or newer runs the TypeScript files without a build.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/create-stageflow/templates/app/README.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const README = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  README as default
};
