import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"34. The first ending of a run stays","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0034-first-ending-stays.md","filePath":"docs/project/decisions/0034-first-ending-stays.md"}');
const _sfc_main = { name: "project/decisions/0034-first-ending-stays.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_34-the-first-ending-of-a-run-stays" tabindex="-1">34. The first ending of a run stays <a class="header-anchor" href="#_34-the-first-ending-of-a-run-stays" aria-label="Permalink to &quot;34. The first ending of a run stays&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>An interceptor around a run gets the outcome, and may have an error of its own.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>It can fail a run that completed. It can&#39;t improve or change a run that failed or was cancelled.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Its own error is then in the run note <code>core/problems</code>, as <code>core/interceptor-late</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0034-first-ending-stays.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0034FirstEndingStays = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0034FirstEndingStays as default
};
