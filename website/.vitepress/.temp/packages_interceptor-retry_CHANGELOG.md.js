import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/interceptor-retry","description":"","frontmatter":{},"headers":[],"relativePath":"packages/interceptor-retry/CHANGELOG.md","filePath":"packages/interceptor-retry/CHANGELOG.md"}');
const _sfc_main = { name: "packages/interceptor-retry/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-interceptor-retry" tabindex="-1">@stageflow/interceptor-retry <a class="header-anchor" href="#stageflow-interceptor-retry" aria-label="Permalink to &quot;@stageflow/interceptor-retry&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>retry()</code> retries stages that fail for a moment: timeouts, connection errors, HTTP 408, 425, 429 and 5xx of the usual clients, and stages that return <code>StageOutput.retry</code>. It waits with backoff and jitter, or as long as the server asks. It never waits past the deadline. If all attempts have failed, the stage fails with <code>retry/exhausted</code> and the history of its attempts.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/interceptor-retry/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
