import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/store-sqlite","description":"","frontmatter":{},"headers":[],"relativePath":"packages/store-sqlite/CHANGELOG.md","filePath":"packages/store-sqlite/CHANGELOG.md"}');
const _sfc_main = { name: "packages/store-sqlite/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-store-sqlite" tabindex="-1">@stageflow/store-sqlite <a class="header-anchor" href="#stageflow-store-sqlite" aria-label="Permalink to &quot;@stageflow/store-sqlite&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>sqliteStore({ path })</code> keeps the claims and results of idempotent stages and tool calls in one SQLite file, which all processes of a machine can share. It uses the SQLite of Node. <code>sqliteApprovalStore({ path })</code> keeps the approvals of <code>@stageflow/approvals</code>, and <code>sqliteUndoStore({ path })</code> the calls of <code>@stageflow/undo</code> that can be undone.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/store-sqlite/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
