import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/interceptor-idempotency","description":"","frontmatter":{},"headers":[],"relativePath":"packages/interceptor-idempotency/CHANGELOG.md","filePath":"packages/interceptor-idempotency/CHANGELOG.md"}');
const _sfc_main = { name: "packages/interceptor-idempotency/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-interceptor-idempotency" tabindex="-1">@stageflow/interceptor-idempotency <a class="header-anchor" href="#stageflow-interceptor-idempotency" aria-label="Permalink to &quot;@stageflow/interceptor-idempotency&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>idempotency()</code> executes WORK stages once per idempotency key, in one process or many. Repeats get the first output, and another input or another stage under the same key fails. A key belongs to a user of a tenant; <code>scope</code> shares it. A repeat waits for a running execution for at most <code>waitMs</code>. In a durable run, a leg goes on with the claim of the one that died. It is built on <code>@stageflow/keyed-work</code>, which has the in-memory store, and the contract of your own stores.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/interceptor-idempotency/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
