import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"103. Two tools for the repository stay out","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0103-libraries-that-stay-out.md","filePath":"docs/project/decisions/0103-libraries-that-stay-out.md"}');
const _sfc_main = { name: "project/decisions/0103-libraries-that-stay-out.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_103-two-tools-for-the-repository-stay-out" tabindex="-1">103. Two tools for the repository stay out <a class="header-anchor" href="#_103-two-tools-for-the-repository-stay-out" aria-label="Permalink to &quot;103. Two tools for the repository stay out&quot;">​</a></h1><ul><li><strong>Area:</strong> What packages share</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A library could replace some of our scripts.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>These stay out:</p><ul><li>sherif checks versions across packages. What <code>scripts/check/manifest-rules.mjs</code> checks is how a package is published.</li><li>A tool that updates project references takes them from dependencies. Ours come from imports, so a test-only dependency adds none.</li></ul><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Two libraries went: cockatiel (<a href="/project/decisions/0066-breaker-has-no-dependency">decision 66</a>) and jwks-rsa (<a href="/project/decisions/0064-auth-reads-key-sets">decision 64</a>).</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0103-libraries-that-stay-out.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0103LibrariesThatStayOut = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0103LibrariesThatStayOut as default
};
