using System.Collections.Immutable;
using RedGen.Compiler;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan.Costs;

namespace RedGen.TestKit;

/// <summary>Models whose channels stay planes: to a test of something else, which layout is faster for a few pixels says nothing.</summary>
public static class PlaneLayout
{
    private static readonly string Costs = DearMoves().Write();

    /// <summary>A model with a table of costs in which no change of layout is worth it.</summary>
    public static ModelSource InPlanes(this ModelSource source) => source with { CostsText = Costs };

    /// <summary>Options that name the table.</summary>
    public static CompilerOptions InPlanes(this CompilerOptions options) => options with { Costs = "planes.json" };

    private static CostTable DearMoves()
    {
        ImmutableSortedDictionary<string, KernelCost> kernels = CostTable.X64.Kernels;
        foreach (string move in new[] { "ToChannelsLast", "ToChannelsFirst" }) kernels = kernels.SetItem(move, new KernelCost(1e9, 0, 0));
        return CostTable.X64 with { Kernels = kernels };
    }
}
