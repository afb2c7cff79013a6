import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/approvals","description":"","frontmatter":{},"headers":[],"relativePath":"packages/approvals/CHANGELOG.md","filePath":"packages/approvals/CHANGELOG.md"}');
const _sfc_main = { name: "packages/approvals/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-approvals" tabindex="-1">@stageflow/approvals <a class="header-anchor" href="#stageflow-approvals" aria-label="Permalink to &quot;@stageflow/approvals&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>Approvals</code> asks a person before a tool call, or before anything else. The person can edit the arguments. The question is in a store, so the decision may come in another process, days later, while the run is suspended. <code>pending({ orgId })</code> lists a tenant, <code>allows</code> says who decides, and who decided is recorded. <code>approvalsOfRuns()</code> lists and decides the suspended stages of durable runs in the same way.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/approvals/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
