import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"3. npm start installs only the example","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0003-start-installs-the-example.md","filePath":"docs/project/decisions/0003-start-installs-the-example.md"}');
const _sfc_main = { name: "project/decisions/0003-start-installs-the-example.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_3-npm-start-installs-only-the-example" tabindex="-1">3. <code>npm start</code> installs only the example <a class="header-anchor" href="#_3-npm-start-installs-only-the-example" aria-label="Permalink to &quot;3. \`npm start\` installs only the example&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p><code>--filter</code> doesn&#39;t keep pnpm from installing the tools of the root: 170 packages, 437 MB. With <code>--prod</code> it installs 4 packages, 190 MB, nearly all of it Node.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>npm start</code> installs with <code>--prod</code> and the filter of the chat example.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p><code>--prod</code> leaves out the links from packages to their peers. <code>scripts/setup/peer-links.mjs</code> adds them. It links each peer to the copy that the example uses, as in an app.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0003-start-installs-the-example.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0003StartInstallsTheExample = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0003StartInstallsTheExample as default
};
