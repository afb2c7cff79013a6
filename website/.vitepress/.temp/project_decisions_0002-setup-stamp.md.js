import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"2. A stamp makes a second setup take milliseconds","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0002-setup-stamp.md","filePath":"docs/project/decisions/0002-setup-stamp.md"}');
const _sfc_main = { name: "project/decisions/0002-setup-stamp.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_2-a-stamp-makes-a-second-setup-take-milliseconds" tabindex="-1">2. A stamp makes a second setup take milliseconds <a class="header-anchor" href="#_2-a-stamp-makes-a-second-setup-take-milliseconds" aria-label="Permalink to &quot;2. A stamp makes a second setup take milliseconds&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p><code>npm start</code> and <code>npm test</code> check the installation each time.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>A stamp in <code>node_modules</code>, keyed by the lockfile, says that the installation is complete. The setup removes the stamp before an install begins.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>An interrupted install never counts as complete.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0002-setup-stamp.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0002SetupStamp = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0002SetupStamp as default
};
