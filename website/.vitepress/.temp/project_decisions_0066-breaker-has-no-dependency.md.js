import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"66. The circuit breaker has no dependency","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0066-breaker-has-no-dependency.md","filePath":"docs/project/decisions/0066-breaker-has-no-dependency.md"}');
const _sfc_main = { name: "project/decisions/0066-breaker-has-no-dependency.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_66-the-circuit-breaker-has-no-dependency" tabindex="-1">66. The circuit breaker has no dependency <a class="header-anchor" href="#_66-the-circuit-breaker-has-no-dependency" aria-label="Permalink to &quot;66. The circuit breaker has no dependency&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>The policy of cockatiel is asynchronous throughout, reads <code>Date.now</code>, makes callers wait for the probe and counts aborts. So only two of its counting classes were used at first. To restore a count, their private state had to be forged.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>Three small breakers of our own, tested against simple models, replaced it.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>One dependency less.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0066-breaker-has-no-dependency.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0066BreakerHasNoDependency = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0066BreakerHasNoDependency as default
};
