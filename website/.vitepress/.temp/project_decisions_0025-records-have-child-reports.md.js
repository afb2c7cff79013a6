import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"25. The record of a stage has the reports of its child runs","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0025-records-have-child-reports.md","filePath":"docs/project/decisions/0025-records-have-child-reports.md"}');
const _sfc_main = { name: "project/decisions/0025-records-have-child-reports.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_25-the-record-of-a-stage-has-the-reports-of-its-child-runs" tabindex="-1">25. The record of a stage has the reports of its child runs <a class="header-anchor" href="#_25-the-record-of-a-stage-has-the-reports-of-its-child-runs" aria-label="Permalink to &quot;25. The record of a stage has the reports of its child runs&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A run can end while a child run is cancelled or has failed. What that child had completed must be visible.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>children</code> in the record of a stage has these reports, at every depth.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Reports have no data. <a href="/project/decisions/0039-results-have-child-results">decision 39</a> adds it.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0025-records-have-child-reports.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0025RecordsHaveChildReports = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0025RecordsHaveChildReports as default
};
