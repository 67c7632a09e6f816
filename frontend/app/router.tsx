import { createBrowserRouter, redirect } from 'react-router';
import { AppShell } from './app-shell.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { Root } from './root.tsx';
import { RouteErrorPage } from './route-error-page.tsx';
import { SignedIn, SignedOut } from './session-gates.tsx';
import { Splash } from './splash.tsx';

/** The addresses of the dashboard. Screens are loaded when they are first opened. */
export const router = createBrowserRouter([
  {
    Component: Root,
    ErrorBoundary: RouteErrorPage,
    HydrateFallback: Splash,
    children: [
      {
        Component: SignedOut,
        children: [
          {
            path: '/sign-in',
            lazy: async () => ({ Component: (await import('../features/sign-in/sign-in-page.tsx')).SignInPage }),
          },
          {
            path: '/sign-up',
            lazy: async () => ({ Component: (await import('../features/sign-in/sign-up-page.tsx')).SignUpPage }),
          },
          {
            path: '/confirm-address',
            lazy: async () => ({
              Component: (await import('../features/sign-in/confirm-address-page.tsx')).ConfirmAddressPage,
            }),
          },
          {
            path: '/forgotten-password',
            lazy: async () => ({
              Component: (await import('../features/sign-in/forgotten-password-page.tsx')).ForgottenPasswordPage,
            }),
          },
        ],
      },
      {
        Component: SignedIn,
        children: [
          {
            Component: AppShell,
            children: [
              {
                ErrorBoundary: RouteErrorPage,
                children: [
                  { path: '/', loader: () => redirect('/instances') },
                  {
                    path: '/instances',
                    lazy: async () => ({ Component: (await import('../features/instances/instances-page.tsx')).InstancesPage }),
                  },
                  {
                    path: '/instances/new',
                    lazy: async () => ({ Component: (await import('../features/guide/guide-page.tsx')).GuidePage }),
                  },
                  {
                    path: '/instances/:instanceId/:section?',
                    lazy: async () => ({ Component: (await import('../features/instance/instance-page.tsx')).InstancePage }),
                  },
                  { path: '/keys', lazy: async () => ({ Component: (await import('../features/keys/keys-page.tsx')).KeysPage }) },
                  {
                    path: '/usage',
                    lazy: async () => ({ Component: (await import('../features/usage/usage-page.tsx')).UsagePage }),
                  },
                  {
                    path: '/audit',
                    lazy: async () => ({ Component: (await import('../features/audit/audit-page.tsx')).AuditPage }),
                  },
                  {
                    path: '/alerts',
                    lazy: async () => ({ Component: (await import('../features/alerts/alerts-page.tsx')).AlertsPage }),
                  },
                  {
                    path: '/account',
                    lazy: async () => ({ Component: (await import('../features/account/account-page.tsx')).AccountPage }),
                  },
                  {
                    path: '/installation',
                    lazy: async () => ({
                      Component: (await import('../features/operators/installation-page.tsx')).InstallationPage,
                    }),
                  },
                  { path: '*', Component: NotFoundPage },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
]);
