import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"106. The docs are Markdown files first, and a site second","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0106-docs-are-a-site.md","filePath":"docs/project/decisions/0106-docs-are-a-site.md"}');
const _sfc_main = { name: "project/decisions/0106-docs-are-a-site.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_106-the-docs-are-markdown-files-first-and-a-site-second" tabindex="-1">106. The docs are Markdown files first, and a site second <a class="header-anchor" href="#_106-the-docs-are-markdown-files-first-and-a-site-second" aria-label="Permalink to &quot;106. The docs are Markdown files first, and a site second&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Readers arrive at pages on GitHub, on npm and on a site. A site that copies its pages, or needs its own syntax in them, makes one of these worse.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><ul><li>Pages stay in <code>docs/</code> and in the READMEs of packages, and link from file to file. VitePress reads them there (<code>srcDir: &#39;..&#39;</code>). <code>website/.vitepress/markdown.ts</code> turns each link into one between pages.</li><li>The tools have their own lockfile in <code>website/</code>. <code>npm test</code> doesn&#39;t install them.</li><li>typedoc writes the API reference, one page per entry. It needs TypeScript 6, because version 7 has no API for tools.</li><li>Mermaid is loaded only by pages that have a diagram. vitepress-plugin-mermaid made every page preload 40 files.</li><li><code>website/.vitepress/llms.ts</code> writes <code>llms.txt</code> and the Markdown of each page. vitepress-plugin-llms reads one folder of sources, and the pages are in three.</li><li><code>npm run docs:test</code> opens the site in Chromium from npm. It searches and navigates, draws a diagram, and runs axe on pages of each kind, as desktop and phone, dark and light.</li></ul><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A page that is in no part of the sidebar fails the build, as does a dead link. The home page is an ordinary page: the home layout of VitePress has no <code>main</code> landmark.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0106-docs-are-a-site.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0106DocsAreASite = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0106DocsAreASite as default
};
