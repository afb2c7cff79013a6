import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"33. A parent waits for a child that is already ending","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0033-parent-waits-for-an-ending-child.md","filePath":"docs/project/decisions/0033-parent-waits-for-an-ending-child.md"}');
const _sfc_main = { name: "project/decisions/0033-parent-waits-for-an-ending-child.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_33-a-parent-waits-for-a-child-that-is-already-ending" tabindex="-1">33. A parent waits for a child that is already ending <a class="header-anchor" href="#_33-a-parent-waits-for-a-child-that-is-already-ending" aria-label="Permalink to &quot;33. A parent waits for a child that is already ending&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A child whose grace time runs, or that is in its cleanups, still emits events. They would come after the last event of the parent.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>The parent waits. For the same reason, the <code>graceMs</code> of a child is never longer than that of its parent.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The last event of a run is the last event of its tree.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0033-parent-waits-for-an-ending-child.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0033ParentWaitsForAnEndingChild = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0033ParentWaitsForAnEndingChild as default
};
