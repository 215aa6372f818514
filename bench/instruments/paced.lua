-- Ten connections that each wait a tenth of a second between requests: ten browsers, up to 100 requests a second.
function delay()
   return 100
end
