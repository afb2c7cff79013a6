import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"27. The schedule has no save yet","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0027-schedule-has-no-save.md","filePath":"docs/project/decisions/0027-schedule-has-no-save.md"}');
const _sfc_main = { name: "project/decisions/0027-schedule-has-no-save.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_27-the-schedule-has-no-save-yet" tabindex="-1">27. The schedule has no <code>save</code> yet <a class="header-anchor" href="#_27-the-schedule-has-no-save-yet" aria-label="Permalink to &quot;27. The schedule has no \`save\` yet&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>No feature resumes a run.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>The schedule can&#39;t be saved. <code>save</code> will come with the first feature that needs it.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p><a href="/project/decisions/0055-room-for-durable-runs">decision 55</a> says where it will go.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0027-schedule-has-no-save.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0027ScheduleHasNoSave = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0027ScheduleHasNoSave as default
};
