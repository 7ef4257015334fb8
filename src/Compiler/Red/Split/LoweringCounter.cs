using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Red.Splitting;

/// <summary>
/// Counts the work of each exact lowering. Convention (docs/decisions/0007-lowerings.md): ±v share a product, 0 has none, a product by 1 is
/// none, one by any other power of two is one; a scale other than 1 is a multiplication an output element; padding counts like any input,
/// as it does in <see cref="Step.MultiplyAdds"/>. The emitted loops do exactly what is counted here.
/// </summary>
internal static class LoweringCounter
{
    /// <summary>The fewest multiplications of any lowering, as steps carry it; null for no hashed layer, or one whose two codes share too little.</summary>
    public static LoweringCount? CostOf(SplitLayer? layer)
    {
        if (layer is null) return null;
        LoweringWork best = Fewest(All(layer));
        if (layer.IsPaired && best.Multiplications >= layer.MultiplyAdds) return null;
        return new LoweringCount(best.Name(layer), best.Multiplications, best.Additions, layer.ValuesPerColumn) { TrueMultiplications = best.TrueMultiplications };
    }

    /// <summary>The one with the fewest multiplications, then additions; the first of equals.</summary>
    public static LoweringWork Fewest(IEnumerable<LoweringWork> works) => works.OrderBy(w => w.Multiplications).ThenBy(w => w.Additions).First();

    /// <summary>All lowerings of a layer that differ and may pay.</summary>
    public static IReadOnlyList<LoweringWork> All(SplitLayer layer)
    {
        var works = new List<LoweringWork> { TapProducts(layer), OutputSums(layer) };
        // Over one pixel or without other taps that read it, a channel's map is the tap's.
        if (!layer.IsPointwise) works.Add(ChannelProducts(layer));
        if (layer.IsPointwise || layer.GroupOutputs == 1) return works;
        // Beyond the best of the others and a quarter of the weights it neither has the fewest multiplications nor saves time.
        long limit = System.Math.Max(Fewest(works).Multiplications / layer.Pixels, layer.Matrix.Count / 4);
        if (KernelSeparation.Of(layer, limit) is { } separation) works.Add(SeparateKernels(layer, separation));
        return works;
    }

    /// <summary>One lowering of a layer.</summary>
    public static LoweringWork Of(SplitLayer layer, SplitLowering lowering) => lowering switch
    {
        SplitLowering.TapProducts => TapProducts(layer),
        SplitLowering.ChannelProducts => ChannelProducts(layer),
        SplitLowering.OutputSums => OutputSums(layer),
        _ => SeparateKernels(layer, KernelSeparation.Of(layer)),
    };

    /// <summary>Tap-wise: by output pixel and column, its different magnitudes.</summary>
    public static LoweringWork TapProducts(SplitLayer layer)
    {
        long products = layer.ByColumn.Sum(s => (long)s.Count) * layer.Pixels;
        return Products(layer, SplitLowering.TapProducts, layer.ByColumn, layer.Pixels, products);
    }

    /// <summary>Channel-wise: by input pixel that is read and channel, the magnitudes of all taps and outputs.</summary>
    public static LoweringWork ChannelProducts(SplitLayer layer)
    {
        long pixels = layer.Geometry.Batch * layer.Plane.ReadPixels;
        return Products(layer, SplitLowering.ChannelProducts, layer.ByChannel, pixels, layer.ByChannel.Sum(s => (long)s.Count) * pixels);
    }

    /// <summary>Factorised: by output element, the magnitudes of its row. Scales cost nothing, they are in the factors; without them 1 is free.</summary>
    public static LoweringWork OutputSums(SplitLayer layer)
    {
        Magnitudes magnitudes = layer.Magnitudes;
        long strict = 0, free = 0, sums = 0;
        foreach (MagnitudeSet row in layer.ByOutput)
        {
            int products = row.And(magnitudes.Products).Count;
            int trueProducts = row.And(magnitudes.TrueProducts).Count;
            bool isScaled = !magnitudes.Scales.IsEmpty;
            sums += row.Count;
            strict += isScaled ? row.Count : products;
            // Beside powers of two, a scale of its own can be cheaper than one in every factor.
            free += isScaled ? System.Math.Min(row.Count, trueProducts + 1) : trueProducts;
        }

        long additions = (layer.NonZero + sums) * layer.Pixels;
        return new LoweringWork(SplitLowering.OutputSums, strict * layer.Pixels, free * layer.Pixels, additions, 3 * additions);
    }

    /// <summary>Separated: by output pixel and different kernel its taps, then one product an output that reads it.</summary>
    public static LoweringWork SeparateKernels(SplitLayer layer, KernelSeparation separation)
    {
        long taps = separation.Kernels.Count(w => w != 0);
        long multiplied = separation.Kernels.Count(w => w is not (0 or 1 or -1)) + separation.Uses.Count(u => u.Factor is not (1 or -1)) + layer.Magnitudes.ScaledOutputs;
        long additions = (taps + separation.Uses.Length) * layer.Pixels;
        return new LoweringWork(SplitLowering.SeparateKernels, multiplied * layer.Pixels, multiplied * layer.Pixels, additions, 3 * additions);
    }

    private static LoweringWork Products(SplitLayer layer, SplitLowering lowering, MagnitudeSet[] sets, long pixels, long products)
    {
        Magnitudes magnitudes = layer.Magnitudes;
        long scales = magnitudes.ScaledOutputs * layer.Pixels;
        long strict = (sets.Sum(s => (long)s.And(magnitudes.Products).Count) * pixels) + scales;
        long free = (sets.Sum(s => (long)s.And(magnitudes.TrueProducts).Count) * pixels) + scales;
        long additions = layer.NonZero * layer.Pixels;
        return new LoweringWork(lowering, strict, free, additions, (2 * products) + (3 * additions));
    }
}
