import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"107. verdaccio is the local registry","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0107-verdaccio-is-the-local-registry.md","filePath":"docs/project/decisions/0107-verdaccio-is-the-local-registry.md"}');
const _sfc_main = { name: "project/decisions/0107-verdaccio-is-the-local-registry.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_107-verdaccio-is-the-local-registry" tabindex="-1">107. verdaccio is the local registry <a class="header-anchor" href="#_107-verdaccio-is-the-local-registry" aria-label="Permalink to &quot;107. verdaccio is the local registry&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A server of 44 lines served packed packages first. verdaccio 6.10.4 takes 163 MB of memory, and seemed to need three overrides of <code>node-fetch</code>. But that server can&#39;t take <code>npm publish</code>. So no test could show what a release publishes, or what an app receives from it.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><ul><li><code>scripts/release/local-registry.mjs</code> starts verdaccio on a free port of this machine, and removes everything when it closes. The server of 44 lines is gone.</li><li>verdaccio has its own <code>package.json</code> and lockfile in <code>scripts/release/registry/</code>. <code>npm test</code> doesn&#39;t install it.</li><li>One override is enough to install it: <code>node-fetch</code> 2.7.0.</li><li>Packages named <code>@stageflow/*</code>, <code>stageflow</code>, <code>create-stageflow</code> and <code>stageflow-*</code> are only what was published there. Other packages come from the public registry, and aren&#39;t kept.</li></ul><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The first start installs 65 MB in 11 s. Later starts take 1 to 3 s. verdaccio runs in a process of its own, so a script may wait for a command without blocking the registry, and the registry ends with the script.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0107-verdaccio-is-the-local-registry.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0107VerdaccioIsTheLocalRegistry = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0107VerdaccioIsTheLocalRegistry as default
};
