import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/interceptor-metrics","description":"","frontmatter":{},"headers":[],"relativePath":"packages/interceptor-metrics/CHANGELOG.md","filePath":"packages/interceptor-metrics/CHANGELOG.md"}');
const _sfc_main = { name: "packages/interceptor-metrics/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-interceptor-metrics" tabindex="-1">@stageflow/interceptor-metrics <a class="header-anchor" href="#stageflow-interceptor-metrics" aria-label="Permalink to &quot;@stageflow/interceptor-metrics&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>metrics({ registry })</code> has Prometheus metrics of runs and stages for prom-client 15.1. They are read when the registry is scraped, and their label sets are bounded. A Grafana dashboard comes with the package.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/interceptor-metrics/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
