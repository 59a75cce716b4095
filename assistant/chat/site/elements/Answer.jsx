// The card of an answer. Chainlit compiles this file for every answer, so that all it does is to hand React and the page's
// own controls to the modules under /public/page, which the browser loads once.
import * as React from 'react';
import * as icons from 'lucide-react';
import { toast } from 'sonner';

import { Button } from '@/components/ui/button';
import { Command, CommandEmpty, CommandGroup, CommandInput, CommandItem, CommandList } from '@/components/ui/command';
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from '@/components/ui/dialog';
import { Popover, PopoverContent, PopoverTrigger } from '@/components/ui/popover';

const controls = {
  Button, Command, CommandEmpty, CommandGroup, CommandInput, CommandItem, CommandList,
  Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle, Popover, PopoverContent, PopoverTrigger
};

export default function Answer() {
  return window.huaxiang.card({ React, icons, toast, controls }, props, callAction);
}
