export const sidebar = [{ text: 'Start', items: [{ text: 'Quickstart', link: '/start/quickstart' }] }]
