import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/store-postgres","description":"","frontmatter":{},"headers":[],"relativePath":"packages/store-postgres/CHANGELOG.md","filePath":"packages/store-postgres/CHANGELOG.md"}');
const _sfc_main = { name: "packages/store-postgres/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-store-postgres" tabindex="-1">@stageflow/store-postgres <a class="header-anchor" href="#stageflow-store-postgres" aria-label="Permalink to &quot;@stageflow/store-postgres&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>postgresStore({ pool })</code> keeps the claims and results of idempotent stages and tool calls in a PostgreSQL table, through your own pg pool. Of several processes, one does a piece of work. After a crash, another takes over when the lease ends, and the old one can&#39;t overwrite its output. <code>migrate()</code> creates the table, and <code>purge()</code> deletes expired rows. <code>postgresApprovalStore({ pool })</code> keeps the approvals of <code>@stageflow/approvals</code>, and <code>postgresUndoStore({ pool })</code> the calls of <code>@stageflow/undo</code> that can be undone.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/store-postgres/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
