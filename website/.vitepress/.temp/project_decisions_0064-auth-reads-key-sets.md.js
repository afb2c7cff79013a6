import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"64. auth reads key sets itself","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0064-auth-reads-key-sets.md","filePath":"docs/project/decisions/0064-auth-reads-key-sets.md"}');
const _sfc_main = { name: "project/decisions/0064-auth-reads-key-sets.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_64-auth-reads-key-sets-itself" tabindex="-1">64. <code>auth</code> reads key sets itself <a class="header-anchor" href="#_64-auth-reads-key-sets-itself" aria-label="Permalink to &quot;64. \`auth\` reads key sets itself&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>The cache of jwks-rsa kept trusting a key that a newer set lacked. Its limiter let made-up key ids starve good tokens.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>createPublicKey</code> of Node reads a JWK, so <code>auth</code> fetches and caches key sets itself.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>One dependency less. A key that can&#39;t be looked up is retryable.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0064-auth-reads-key-sets.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0064AuthReadsKeySets = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0064AuthReadsKeySets as default
};
