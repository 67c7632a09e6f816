import '@fontsource-variable/inter/opsz.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router/dom';
import { router } from './app/router.tsx';
import { Start } from './app/start.tsx';
import { Themed } from './app/themed.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id root');

createRoot(root).render(
  <StrictMode>
    <Themed>
      <Start>
        <RouterProvider router={router} />
      </Start>
    </Themed>
  </StrictMode>,
);
