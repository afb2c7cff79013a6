import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"72. Stores take the token of the caller instead of a counter","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0072-stores-take-the-callers-token.md","filePath":"docs/project/decisions/0072-stores-take-the-callers-token.md"}');
const _sfc_main = { name: "project/decisions/0072-stores-take-the-callers-token.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_72-stores-take-the-token-of-the-caller-instead-of-a-counter" tabindex="-1">72. Stores take the token of the caller instead of a counter <a class="header-anchor" href="#_72-stores-take-the-token-of-the-caller-instead-of-a-counter" aria-label="Permalink to &quot;72. Stores take the token of the caller instead of a counter&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>If a server loses its data, a counter starts again, and a late write of an old owner would succeed.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>The caller makes the token.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Every operation can be repeated, so a client that sends it again does no harm.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0072-stores-take-the-callers-token.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0072StoresTakeTheCallersToken = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0072StoresTakeTheCallersToken as default
};
