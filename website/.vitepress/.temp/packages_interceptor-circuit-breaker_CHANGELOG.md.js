import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/interceptor-circuit-breaker","description":"","frontmatter":{},"headers":[],"relativePath":"packages/interceptor-circuit-breaker/CHANGELOG.md","filePath":"packages/interceptor-circuit-breaker/CHANGELOG.md"}');
const _sfc_main = { name: "packages/interceptor-circuit-breaker/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-interceptor-circuit-breaker" tabindex="-1">@stageflow/interceptor-circuit-breaker <a class="header-anchor" href="#stageflow-interceptor-circuit-breaker" aria-label="Permalink to &quot;@stageflow/interceptor-circuit-breaker&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>circuitBreaker()</code> gives stages a circuit breaker, one per stage or per key, shared by all runs. After 5 failures in a row, or a share of the last calls or seconds, calls fail with <code>circuit-breaker/open</code> for 30 s. Then exactly one probe decides. Timeouts, transient and unknown errors count as failures. Verdicts of guards and permanent errors such as HTTP 404 don&#39;t. <code>export()</code> and <code>restore</code> keep the state over a restart.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/interceptor-circuit-breaker/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
