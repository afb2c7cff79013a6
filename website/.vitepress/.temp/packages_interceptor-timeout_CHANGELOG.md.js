import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/interceptor-timeout","description":"","frontmatter":{},"headers":[],"relativePath":"packages/interceptor-timeout/CHANGELOG.md","filePath":"packages/interceptor-timeout/CHANGELOG.md"}');
const _sfc_main = { name: "packages/interceptor-timeout/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-interceptor-timeout" tabindex="-1">@stageflow/interceptor-timeout <a class="header-anchor" href="#stageflow-interceptor-timeout" aria-label="Permalink to &quot;@stageflow/interceptor-timeout&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>timeout({ timeoutMs, idleTimeoutMs })</code> fails a stage that takes too long, or shows no progress for too long, with <code>timeout/timed-out</code>. The signal of the stage aborts, the stage ends at once, and a late result is dropped. A stage sets its own limits with <code>timeoutMs</code> and <code>idleTimeoutMs</code>; <code>false</code> removes a limit.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/interceptor-timeout/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
