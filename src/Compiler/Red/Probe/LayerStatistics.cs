using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading.Tasks;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Probe;

/// <summary>
/// Mean and covariance of what a layer's outputs sum over: of the columns of its weights, for each group apart. Long columns are cut into
/// blocks; between blocks no correlation is kept.
/// </summary>
/// <param name="Mean">By group, one number a column.</param>
/// <param name="Blocks">By group, the blocks of columns: about the mean where it is to be trusted, otherwise second moments about zero.</param>
/// <param name="IsKnown">Whether the mean is that of real data, so that an error of the mean can be corrected in the bias.</param>
internal sealed record LayerStatistics(ImmutableArray<double[]> Mean, ImmutableArray<ImmutableArray<CovarianceBlock>> Blocks, bool IsKnown)
{
    /// <summary>Columns in a block at most.</summary>
    public const int BlockColumns = 576;

    /// <summary>Windows or rows looked at, at most.</summary>
    private const int MostPatches = 1536;

    /// <summary>Measures a layer's input.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="x">Its input, one entry a sample.</param>
    /// <param name="graph">The graph, for the shape of the weights.</param>
    /// <param name="isKnown">Whether the input's distribution is that of real data, so that its mean can be corrected for.</param>
    public static LayerStatistics Measure(ReducibleLayer layer, FastValue[] x, Graph graph, bool isKnown)
    {
        var means = new double[layer.Groups][];
        var blocks = new ImmutableArray<CovarianceBlock>[layer.Groups];
        var patches = new Patches(layer, x, graph, MostPatches);
        Parallel.For(0, layer.Groups, group =>
        {
            float[] columns = patches.Read(group);
            DropNonFinite(columns);
            means[group] = MeansOf(columns, layer.Columns, patches.Count);
            if (isKnown) Centre(columns, means[group], patches.Count);
            ImmutableArray<CovarianceBlock>.Builder list = ImmutableArray.CreateBuilder<CovarianceBlock>();
            for (int start = 0; start < layer.Columns; start += BlockColumns)
                list.Add(CovarianceBlock.Of(columns, start, Math.Min(BlockColumns, layer.Columns - start), patches.Count));
            blocks[group] = list.ToImmutable();
        });
        return new LayerStatistics([.. means], [.. blocks], isKnown);
    }

    /// <summary>The means alone.</summary>
    public static LayerStatistics Means(ReducibleLayer layer, FastValue[] x, Graph graph)
    {
        var means = new double[layer.Groups][];
        var patches = new Patches(layer, x, graph, MostPatches);
        Parallel.For(0, layer.Groups, group =>
        {
            float[] columns = patches.Read(group);
            DropNonFinite(columns);
            means[group] = MeansOf(columns, layer.Columns, patches.Count);
        });
        return new LayerStatistics([.. means], [], IsKnown: true);
    }

    /// <summary>What a layer gets, and how much less than in the original network, at the same places.</summary>
    public static PairedPatches Pair(ReducibleLayer layer, FastValue[] original, FastValue[] current, Graph graph, int group, bool isKnown)
    {
        var patches = new Patches(layer, current, graph, MostPatches);
        float[] x = new Patches(layer, original, graph, MostPatches).Read(group), now = patches.Read(group);
        DropNonFinite(x);
        DropNonFinite(now);
        for (int i = 0; i < x.Length; i++) x[i] -= now[i];
        if (isKnown)
        {
            Centre(x, MeansOf(x, layer.Columns, patches.Count), patches.Count);
            Centre(now, MeansOf(now, layer.Columns, patches.Count), patches.Count);
        }

        return new PairedPatches(now, x, patches.Count);
    }

    /// <summary>What the probe computed beyond the floats (the logarithm of a negative input) says nothing about the rest.</summary>
    private static void DropNonFinite(float[] columns)
    {
        for (int i = 0; i < columns.Length; i++)
            if (float.IsNaN(columns[i]) || float.IsInfinity(columns[i])) columns[i] = 0;
    }

    private static double[] MeansOf(float[] columns, int count, int patches)
    {
        var means = new double[count];
        for (int j = 0; j < count; j++)
        {
            double sum = 0;
            for (int p = 0; p < patches; p++) sum += columns[(j * patches) + p];
            means[j] = patches == 0 ? 0 : sum / patches;
        }

        return means;
    }

    private static void Centre(float[] columns, double[] means, int patches)
    {
        for (int j = 0; j < means.Length; j++)
            for (int p = 0; p < patches; p++) columns[(j * patches) + p] -= (float)means[j];
    }
}

/// <summary>The covariance of a run of columns.</summary>
/// <param name="Start">The first column.</param>
/// <param name="Size">The number of columns.</param>
/// <param name="Covariance">Size × size, row-major.</param>
internal sealed record CovarianceBlock(int Start, int Size, float[] Covariance)
{
    private const double MostShrinkage = 0.5;

    /// <summary>
    /// The covariance of centred columns: [column][patch]. The order of the sums does not depend on the machine's vectors: each entry is
    /// summed in eight fixed lanes.
    /// </summary>
    public static CovarianceBlock Of(float[] columns, int start, int size, int patches)
    {
        var covariance = new float[size * size];
        for (int a = 0; a < size; a++)
        {
            for (int b = 0; b <= a; b++)
            {
                float dot = LaneSums.Dot(columns, (start + a) * patches, (start + b) * patches, patches);
                covariance[(a * size) + b] = covariance[(b * size) + a] = patches == 0 ? 0 : dot / patches;
            }
        }

        // Squares beyond the floats: nothing is known of the block, and rounding is to nearest.
        if (covariance.Any(c => float.IsNaN(c) || float.IsInfinity(c))) Array.Clear(covariance, 0, covariance.Length);
        Shrink(covariance, size, patches);
        return new CovarianceBlock(start, size, covariance);
    }

    /// <summary>
    /// Few patches span few directions, and errors in all others would look free: the covariance is drawn towards its mean variance in every
    /// direction, the more the fewer patches there are for a column (the idea of Ledoit and Wolf, 2004).
    /// </summary>
    private static void Shrink(float[] covariance, int size, int patches)
    {
        double share = MostShrinkage * (1 - (patches / (2.0 * size)));
        if (share <= 0) return;
        double mean = 0;
        for (int i = 0; i < size; i++) mean += covariance[(i * size) + i] / (double)size;
        for (int i = 0; i < covariance.Length; i++) covariance[i] = (float)(covariance[i] * (1 - share));
        for (int i = 0; i < size; i++) covariance[(i * size) + i] += (float)(mean * share);
    }
}

/// <summary>Columns of a layer's input in two networks: [column][place].</summary>
/// <param name="Current">In the one with hashed layers.</param>
/// <param name="Difference">The original's less those.</param>
/// <param name="Count">The number of places.</param>
internal sealed record PairedPatches(float[] Current, float[] Difference, int Count);
