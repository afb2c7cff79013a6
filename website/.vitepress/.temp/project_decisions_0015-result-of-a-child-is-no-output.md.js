import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse(`{"title":"15. The result of a child run isn't an output","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0015-result-of-a-child-is-no-output.md","filePath":"docs/project/decisions/0015-result-of-a-child-is-no-output.md"}`);
const _sfc_main = { name: "project/decisions/0015-result-of-a-child-is-no-output.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_15-the-result-of-a-child-run-isn-t-an-output" tabindex="-1">15. The result of a child run isn&#39;t an output <a class="header-anchor" href="#_15-the-result-of-a-child-run-isn-t-an-output" aria-label="Permalink to &quot;15. The result of a child run isn&#39;t an output&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>The child may have been cancelled or have failed. Treating its result as data would look like success.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>(context) =&gt; context.runChild(child, input)</code> as a whole stage fails with <code>core/illegal-output</code>, and the message gives the fix. <code>withPipeline</code> and <code>asStage</code> end as the child ended.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>If you call <code>runChild</code>, you decide what its result means.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0015-result-of-a-child-is-no-output.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0015ResultOfAChildIsNoOutput = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0015ResultOfAChildIsNoOutput as default
};
