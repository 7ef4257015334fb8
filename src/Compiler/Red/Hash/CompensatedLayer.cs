using System.Threading.Tasks;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Red.Probe;

namespace RedGen.Compiler.Red.Hash;

/// <summary>
/// A layer that makes up for the hashed layers before it: instead of x it gets x~, so its weights become those of least E‖W x − W* x~‖²,
/// W* = W + W E[(x − x~) x~ᵀ] (C~ + λI)⁻¹ with C~ = E[x~ x~ᵀ], and are then rounded for x~. The mean goes into the bias where it is known.
/// </summary>
internal static class CompensatedLayer
{
    /// <summary>Hashes a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="original">What the layer reads in the original network, one entry a sample.</param>
    /// <param name="current">What it reads behind hashed layers.</param>
    /// <param name="isKnown">Whether these are distributed as with real data.</param>
    /// <param name="magnitudes">n: the codebook holds 0 and n magnitudes of either sign.</param>
    public static HashedLayer Hash(HashLayer layer, Graph graph, FastValue[] original, FastValue[] current, bool isKnown, int magnitudes)
    {
        ReducibleLayer shape = layer.Layer;
        float[] rows = shape.ToRows(graph.ConstantOf(shape.Weights)!);
        LayerStatistics before = LayerStatistics.Means(shape, original, graph), statistics = LayerStatistics.Measure(shape, current, graph, isKnown);
        var solver = new AdaptiveHasher(shape, rows, statistics);
        float[] compensated = (float[])rows.Clone();
        for (int group = 0; group < shape.Groups; group++) Compensate(shape, graph, original, current, isKnown, group, rows, compensated, solver);
        var hasher = new AdaptiveHasher(shape, compensated, statistics);
        HashedMatrix matrix = hasher.Hash(magnitudes).Matrix;
        return new HashedLayer(shape.Weights, matrix, layer.TakesBias ? hasher.CorrectedBias(matrix, Bias(layer, rows, compensated, before, statistics)) : [], 0);
    }

    /// <summary>b + W μ − W* μ~: what is left to correct is between W* and the hashed weights.</summary>
    private static float[]? Bias(HashLayer layer, float[] rows, float[] compensated, LayerStatistics before, LayerStatistics statistics)
    {
        if (!statistics.IsKnown) return layer.Bias;
        ReducibleLayer shape = layer.Layer;
        var bias = new float[shape.Outputs];
        for (int i = 0; i < bias.Length; i++)
        {
            int group = i / (shape.Outputs / shape.Groups);
            double sum = layer.Bias is null ? 0 : layer.Bias[i];
            for (int j = 0; j < shape.Columns; j++)
                sum += (rows[(i * shape.Columns) + j] * before.Mean[group][j]) - (compensated[(i * shape.Columns) + j] * statistics.Mean[group][j]);
            bias[i] = (float)sum;
        }

        return bias;
    }

    private static void Compensate(ReducibleLayer shape, Graph graph, FastValue[] original, FastValue[] current, bool isKnown, int group, float[] rows, float[] compensated, AdaptiveHasher solver)
    {
        PairedPatches patches = LayerStatistics.Pair(shape, original, current, graph, group, isKnown);
        int columns = shape.Columns, count = patches.Count, outputs = shape.Outputs / shape.Groups;
        // A regression on few patches follows their noise: the correction is taken the less the fewer there are.
        float trust = count / (float)(count + columns);
        Parallel.For(group * outputs, (group + 1) * outputs, i =>
        {
            // What the output misses at each patch, then its products with what the layer gets.
            var missing = new float[count];
            for (int j = 0; j < columns; j++)
                LaneSums.AddScaled(missing, rows[(i * columns) + j], patches.Difference, j * count);
            var row = new float[columns];
            for (int j = 0; j < columns; j++) row[j] = count == 0 ? 0 : LaneSums.Dot(missing, 0, patches.Current, j * count, count) / count;
            solver.Solve(i, row);
            for (int j = 0; j < columns; j++) compensated[(i * columns) + j] += trust * row[j];
        });
    }
}
