import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"48. A module keeps no state","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0048-modules-keep-no-state.md","filePath":"docs/project/decisions/0048-modules-keep-no-state.md"}');
const _sfc_main = { name: "project/decisions/0048-modules-keep-no-state.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_48-a-module-keeps-no-state" tabindex="-1">48. A module keeps no state <a class="header-anchor" href="#_48-a-module-keeps-no-state" aria-label="Permalink to &quot;48. A module keeps no state&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: size, shape and speed</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A module variable kept the last checked promise, and with it the data of the last run of the process.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>That promise is a field of the run. The default event sink is the one exception (<a href="/project/decisions/0038-process-sink-is-global">decision 38</a>). A check of assignments in modules was tried, and left: state in an alias, in a closure or on <code>globalThis</code> passed it (<a href="/project/decisions/0129-guards-that-went">decision 129</a>).</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>State belongs to an object that the app creates.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0048-modules-keep-no-state.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0048ModulesKeepNoState = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0048ModulesKeepNoState as default
};
