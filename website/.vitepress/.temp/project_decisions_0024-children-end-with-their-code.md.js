import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse(`{"title":"24. Children don't outlive the code that started them","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0024-children-end-with-their-code.md","filePath":"docs/project/decisions/0024-children-end-with-their-code.md"}`);
const _sfc_main = { name: "project/decisions/0024-children-end-with-their-code.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_24-children-don-t-outlive-the-code-that-started-them" tabindex="-1">24. Children don&#39;t outlive the code that started them <a class="header-anchor" href="#_24-children-don-t-outlive-the-code-that-started-them" aria-label="Permalink to &quot;24. Children don&#39;t outlive the code that started them&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A forgotten <code>await</code> would leave a child run that goes on unseen.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>If a child run is still running when its stage, or that attempt of it, ends, the engine cancels it and waits for it.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A forgotten <code>await</code> shows up as a cancelled child.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0024-children-end-with-their-code.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0024ChildrenEndWithTheirCode = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0024ChildrenEndWithTheirCode as default
};
