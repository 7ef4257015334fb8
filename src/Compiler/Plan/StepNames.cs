using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;

namespace RedGen.Compiler.Plan;

/// <summary>Names steps by their operator and a number, <c>Conv3</c>: what their methods, and the buffers that they write, are called.</summary>
internal static class StepNames
{
    /// <summary>A name for each step; views, which have no method, get an empty one.</summary>
    public static ImmutableArray<string> For(ImmutableArray<Step> steps)
    {
        var counts = new Dictionary<string, int>(System.StringComparer.Ordinal);
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>(steps.Length);
        foreach (Step step in steps)
        {
            if (step.IsView)
            {
                names.Add("");
                continue;
            }

            string stem = step.Stem;
            counts[stem] = counts.TryGetValue(stem, out int n) ? n + 1 : 1;
            names.Add(stem + counts[stem].ToString(CultureInfo.InvariantCulture));
        }

        return names.MoveToImmutable();
    }
}
