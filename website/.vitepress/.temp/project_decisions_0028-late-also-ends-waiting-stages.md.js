import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse(`{"title":"28. late: 'abort' also ends a stage that still waits","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0028-late-also-ends-waiting-stages.md","filePath":"docs/project/decisions/0028-late-also-ends-waiting-stages.md"}`);
const _sfc_main = { name: "project/decisions/0028-late-also-ends-waiting-stages.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_28-late-abort-also-ends-a-stage-that-still-waits" tabindex="-1">28. <code>late: &#39;abort&#39;</code> also ends a stage that still waits <a class="header-anchor" href="#_28-late-abort-also-ends-a-stage-that-still-waits" aria-label="Permalink to &quot;28. \`late: &#39;abort&#39;\` also ends a stage that still waits&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>The design says what happens to a running stage that no dependent can read anymore. It leaves waiting stages open.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>A stage with <code>late: &#39;abort&#39;</code> that still waits ends as late too. A stage without dependents never ends as late, because its output is in the result.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A stage never starts for no reader.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0028-late-also-ends-waiting-stages.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0028LateAlsoEndsWaitingStages = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0028LateAlsoEndsWaitingStages as default
};
