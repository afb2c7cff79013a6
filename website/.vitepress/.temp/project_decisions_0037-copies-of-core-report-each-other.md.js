import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"37. A copy of core always reports values of another copy","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0037-copies-of-core-report-each-other.md","filePath":"docs/project/decisions/0037-copies-of-core-report-each-other.md"}');
const _sfc_main = { name: "project/decisions/0037-copies-of-core-report-each-other.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_37-a-copy-of-core-always-reports-values-of-another-copy" tabindex="-1">37. A copy of core always reports values of another copy <a class="header-anchor" href="#_37-a-copy-of-core-always-reports-values-of-another-copy" aria-label="Permalink to &quot;37. A copy of core always reports values of another copy&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>An app can have two copies of core in one process. A value of one copy looks right to the other and isn&#39;t.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>Each value that a copy makes carries a brand that all copies know. The error for a pipeline, graph or stage of another copy says so. A slot of another copy works by its identity: the plugin that made it may both set and read it.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Slots of one name that two copies made are an error, because a value set through one can&#39;t be read through the other. The messages and the brand cost 340 bytes (<a href="/project/decisions/0043-core-size-bar">decision 43</a>).</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0037-copies-of-core-report-each-other.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0037CopiesOfCoreReportEachOther = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0037CopiesOfCoreReportEachOther as default
};
