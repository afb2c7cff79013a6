import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/interceptor-auth","description":"","frontmatter":{},"headers":[],"relativePath":"packages/interceptor-auth/CHANGELOG.md","filePath":"packages/interceptor-auth/CHANGELOG.md"}');
const _sfc_main = { name: "packages/interceptor-auth/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-interceptor-auth" tabindex="-1">@stageflow/interceptor-auth <a class="header-anchor" href="#stageflow-interceptor-auth" aria-label="Permalink to &quot;@stageflow/interceptor-auth&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>auth({ verify })</code> lets a run start only with a verified token, and a stage with <code>authorize: { roles }</code> only with its roles. A durable or suspended run belongs to the user who began it, and <code>auth</code> admits each request to it. <code>answeredBy</code> names who answers a stage, and <code>allows</code> has other rules. <code>renew</code> asks in each leg who the user is today. A schedule starts runs for a user by the name of a part of the app. <code>jwtVerifier</code> and <code>jwksVerifier</code> verify JWTs signed with HS, RS, PS, ES or EdDSA. <code>orgEnforcement</code> separates tenants.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/interceptor-auth/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
