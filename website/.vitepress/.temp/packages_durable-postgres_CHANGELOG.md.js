import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/durable-postgres","description":"","frontmatter":{},"headers":[],"relativePath":"packages/durable-postgres/CHANGELOG.md","filePath":"packages/durable-postgres/CHANGELOG.md"}');
const _sfc_main = { name: "packages/durable-postgres/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-durable-postgres" tabindex="-1">@stageflow/durable-postgres <a class="header-anchor" href="#stageflow-durable-postgres" aria-label="Permalink to &quot;@stageflow/durable-postgres&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>durablePostgres({ pool })</code> keeps durable runs in a schema of PostgreSQL, with the methods of <code>durable-local</code>, for many machines. <code>migrate()</code> creates the tables. Leases and waits go by the clock of the server, and each step is one message and one commit. Notifications wake other machines; where nothing can listen, they look every <code>pollMs</code>. Runs go on when the server restarts.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/durable-postgres/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
