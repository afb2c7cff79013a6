import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"63. auth checks all but the signature itself","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0063-auth-checks-all-but-the-signature.md","filePath":"docs/project/decisions/0063-auth-checks-all-but-the-signature.md"}');
const _sfc_main = { name: "project/decisions/0063-auth-checks-all-but-the-signature.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_63-auth-checks-all-but-the-signature-itself" tabindex="-1">63. <code>auth</code> checks all but the signature itself <a class="header-anchor" href="#_63-auth-checks-all-but-the-signature-itself" aria-label="Permalink to &quot;63. \`auth\` checks all but the signature itself&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>jsonwebtoken takes a token without <code>exp</code>, ignores <code>iat</code> and <code>crit</code>, and reads its own clock if <code>clockTimestamp</code> is 0. It can&#39;t do EdDSA.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>auth</code> checks the header, the claims and the times itself, on the clock of the run. jsonwebtoken verifies signatures; <code>crypto.verify</code> verifies EdDSA.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A token is refused for each of these reasons with its own code.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0063-auth-checks-all-but-the-signature.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0063AuthChecksAllButTheSignature = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0063AuthChecksAllButTheSignature as default
};
