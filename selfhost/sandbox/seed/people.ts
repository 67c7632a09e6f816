/** Made-up people and firms. All domains end in .test or are example.com, which nobody can own. */
export const firstNames = [
  'Ada',
  'Bruno',
  'Carla',
  'Dmitri',
  'Elena',
  'Farid',
  'Greta',
  'Hugo',
  'Ines',
  'Jonas',
  'Kira',
  'Luca',
  'Mina',
  'Nils',
  'Olga',
  'Pavel',
  'Quinn',
  'Rosa',
  'Sami',
  'Tara',
  'Umar',
  'Vera',
  'Willem',
  'Xenia',
  'Yusuf',
  'Zoe',
] as const;

export const lastNames = [
  'Abara',
  'Bergman',
  'Castell',
  'Dorfler',
  'Ekholm',
  'Fontane',
  'Grimaldi',
  'Hadley',
  'Ivanek',
  'Jarrow',
  'Keller',
  'Lindqvist',
  'Moreau',
  'Novak',
  'Okafor',
  'Petrov',
  'Quist',
  'Rinaldi',
  'Sorensen',
  'Tanaka',
  'Ulrich',
  'Vasquez',
  'Whitlock',
  'Yilmaz',
] as const;

export const companies = [
  { name: 'Acorn Robotics', domain: 'acorn-robotics.test', industry: 'Manufacturing', subIndustry: 'Robotics' },
  { name: 'Bluewater Freight', domain: 'bluewater-freight.test', industry: 'Logistics', subIndustry: 'Sea Freight' },
  { name: 'Cobalt Health', domain: 'cobalt-health.test', industry: 'Healthcare', subIndustry: 'Clinics' },
  { name: 'Dovetail Joinery', domain: 'dovetail-joinery.test', industry: 'Manufacturing', subIndustry: 'Furniture' },
  { name: 'Ember Analytics', domain: 'ember-analytics.test', industry: 'Technology', subIndustry: 'Software' },
  { name: 'Fennel Foods', domain: 'fennel-foods.test', industry: 'Retail', subIndustry: 'Groceries' },
  { name: 'Granite Legal', domain: 'granite-legal.test', industry: 'Professional Services', subIndustry: 'Law' },
  { name: 'Harbour Insurance', domain: 'harbour-insurance.test', industry: 'Finance', subIndustry: 'Insurance' },
  { name: 'Ivory Keys Studio', domain: 'ivory-keys.test', industry: 'Media', subIndustry: 'Music' },
  { name: 'Juniper Solar', domain: 'juniper-solar.test', industry: 'Energy', subIndustry: 'Solar' },
  { name: 'Kestrel Security', domain: 'kestrel-security.test', industry: 'Technology', subIndustry: 'Security' },
  { name: 'Lumen Learning', domain: 'lumen-learning.test', industry: 'Education', subIndustry: 'E-Learning' },
] as const;

export const jobTitles = [
  { title: 'Head of Sales', department: 'Sales', level: 'Director-Level' },
  { title: 'Marketing Manager', department: 'Marketing', level: 'Manager-Level' },
  { title: 'Chief Executive Officer', department: 'General Management', level: 'C-Level' },
  { title: 'Operations Director', department: 'Operations', level: 'Director-Level' },
  { title: 'Account Executive', department: 'Sales', level: 'Staff' },
  { title: 'Software Engineer', department: 'Engineering', level: 'Staff' },
  { title: 'VP Finance', department: 'Finance', level: 'VP-Level' },
] as const;

export const places = [
  { country: 'United States', state: 'Texas', city: 'Austin' },
  { country: 'United States', state: 'California', city: 'San Diego' },
  { country: 'United Kingdom', state: 'England', city: 'Leeds' },
  { country: 'Germany', state: 'Bavaria', city: 'Munich' },
  { country: 'France', state: 'Brittany', city: 'Rennes' },
  { country: 'Canada', state: 'Ontario', city: 'Ottawa' },
] as const;

export const headCounts = ['1 - 10', '11 - 25', '25 - 100', '100 - 250', '250 - 1K', '1K - 10K'] as const;
export const revenues = ['< $1M', '$1 - 10M', '$10 - 50M', '$50 - 100M', '$100M - 1B', '> $1B'] as const;
