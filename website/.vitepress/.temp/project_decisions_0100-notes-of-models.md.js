import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"100. Notes hold what current models report","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0100-notes-of-models.md","filePath":"docs/project/decisions/0100-notes-of-models.md"}');
const _sfc_main = { name: "project/decisions/0100-notes-of-models.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_100-notes-hold-what-current-models-report" tabindex="-1">100. Notes hold what current models report <a class="header-anchor" href="#_100-notes-hold-what-current-models-report" aria-label="Permalink to &quot;100. Notes hold what current models report&quot;">​</a></h1><ul><li><strong>Area:</strong> Streams, sinks, exporters and tools</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Exporters and tools needed notes that core refused.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>attributes</code> notes may hold lists, and <code>usage</code> notes hold the counts that current models report.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>For this, core changed only in types.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0100-notes-of-models.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0100NotesOfModels = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0100NotesOfModels as default
};
