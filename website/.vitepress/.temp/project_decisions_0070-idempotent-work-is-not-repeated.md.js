import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"70. The work of an idempotent stage is never silently repeated","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0070-idempotent-work-is-not-repeated.md","filePath":"docs/project/decisions/0070-idempotent-work-is-not-repeated.md"}');
const _sfc_main = { name: "project/decisions/0070-idempotent-work-is-not-repeated.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_70-the-work-of-an-idempotent-stage-is-never-silently-repeated" tabindex="-1">70. The work of an idempotent stage is never silently repeated <a class="header-anchor" href="#_70-the-work-of-an-idempotent-stage-is-never-silently-repeated" aria-label="Permalink to &quot;70. The work of an idempotent stage is never silently repeated&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>After the work, the output may not be storable, or the store may be down.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>If an output can&#39;t be stored, the stage fails with the output in the data of the failure, and leaves a marker, so that repeats fail in the same way. If the store is down when the work is done, the stage fails, and its claim ends with the lease.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Keys contain the top pipeline and the path below it. Items of a map, attempts of a loop, and two pipelines that share a child have different keys.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0070-idempotent-work-is-not-repeated.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0070IdempotentWorkIsNotRepeated = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0070IdempotentWorkIsNotRepeated as default
};
