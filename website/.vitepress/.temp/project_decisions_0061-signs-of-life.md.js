import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"61. A sign of life reaches as far as the limits do","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0061-signs-of-life.md","filePath":"docs/project/decisions/0061-signs-of-life.md"}');
const _sfc_main = { name: "project/decisions/0061-signs-of-life.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_61-a-sign-of-life-reaches-as-far-as-the-limits-do" tabindex="-1">61. A sign of life reaches as far as the limits do <a class="header-anchor" href="#_61-a-sign-of-life-reaches-as-far-as-the-limits-do" aria-label="Permalink to &quot;61. A sign of life reaches as far as the limits do&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A stage that waits for a child run, or for a slow reader, looks idle from outside.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>A chunk, a heartbeat inside a child run, and a settled stage of a child restart every idle limit around them. If the engine blocks a stage for a slow reader (parked), the limits around it pause.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>An idle limit passes only if no sign of life comes from inside it.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0061-signs-of-life.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0061SignsOfLife = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0061SignsOfLife as default
};
