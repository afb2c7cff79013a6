import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"14. You can destructure every function of the context","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0014-functions-of-the-context.md","filePath":"docs/project/decisions/0014-functions-of-the-context.md"}');
const _sfc_main = { name: "project/decisions/0014-functions-of-the-context.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_14-you-can-destructure-every-function-of-the-context" tabindex="-1">14. You can destructure every function of the context <a class="header-anchor" href="#_14-you-can-destructure-every-function-of-the-context" aria-label="Permalink to &quot;14. You can destructure every function of the context&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Stages are written as <code>({ inputs, snapshot, note }) =&gt; …</code>. A function that only works as <code>context.note(…)</code> would be a trap that the compiler doesn&#39;t see.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>All functions of the context are bound, not only the two that emit events. Each is created on first use.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The context of an interceptor differs: <a href="/project/decisions/0059-methods-of-the-interceptor-context">decision 59</a>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0014-functions-of-the-context.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0014FunctionsOfTheContext = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0014FunctionsOfTheContext as default
};
