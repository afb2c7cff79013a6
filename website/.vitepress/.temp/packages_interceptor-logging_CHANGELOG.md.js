import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/interceptor-logging","description":"","frontmatter":{},"headers":[],"relativePath":"packages/interceptor-logging/CHANGELOG.md","filePath":"packages/interceptor-logging/CHANGELOG.md"}');
const _sfc_main = { name: "packages/interceptor-logging/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-interceptor-logging" tabindex="-1">@stageflow/interceptor-logging <a class="header-anchor" href="#stageflow-interceptor-logging" aria-label="Permalink to &quot;@stageflow/interceptor-logging&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>logging()</code> writes a structured line through pino for every stage and run that ends, with the run&#39;s ids, times, attempts and notes. Secrets are redacted, also in the lines that stages write with <code>context.get(LOGGER)</code>. Data is left out by default.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/interceptor-logging/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
