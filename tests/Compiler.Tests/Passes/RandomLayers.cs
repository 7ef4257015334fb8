using System;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Tests.Passes;

/// <summary>Layers with weights, and what moves data between them.</summary>
internal sealed class RandomLayers(Random random, GraphAuthor author, RandomWeights weights)
{
    public void Spatial(string x)
    {
        int[] lengths = author.Lengths(x);
        int channels = lengths[1];
        switch (random.Next(6))
        {
            case 0: Pool(x, lengths); break;
            case 1: Pad(x, lengths); break;
            case 2 when random.Next(2) == 0: author.Add("ConvTranspose", [x, weights.Any(channels, 2, 2, 2), .. Optional(2)]); break;
            case 3 when random.Next(3) == 0: author.Add("GlobalAveragePool", [x]); break;
            default: Convolution(x, lengths, channels); break;
        }
    }

    public void Normalisation(string x)
    {
        int[] c = [author.Lengths(x)[1]];
        author.Add("BatchNormalization", [x, weights.Any(c), weights.Any(c), weights.Any(c), weights.Positive(c)], version: 9);
    }

    public void Product(string x)
    {
        int[] lengths = author.Lengths(x);
        int depth = lengths[^1];
        int columns = random.Next(1, 6);
        if (lengths.Length == 2 && random.Next(2) == 0)
        {
            bool transposed = random.Next(2) == 0;
            NodeAttributes attributes = NodeAttributes.Empty.With("transB", transposed ? 1 : 0);
            if (random.Next(3) == 0) attributes = attributes.With("alpha", new FloatAttribute(0.5f)).With("beta", new FloatAttribute(1.5f));
            string[] bias = random.Next(4) switch { 0 => [], 1 => [weights.Any(lengths[0], columns)], 2 => [weights.Any(1)], _ => [weights.Any(columns)] };
            author.Add("Gemm", [x, transposed ? weights.Any(columns, depth) : weights.Any(depth, columns), .. bias], attributes);
            return;
        }

        if (author.Add("MatMul", [x, weights.Any(depth, columns)]) is { } y && random.Next(2) == 0) author.Add("Add", random.Next(2) == 0 ? [y, weights.Any(columns)] : [weights.Any(columns), y]);
    }

    /// <summary>A transpose, or a pair of them around something.</summary>
    public void Layout(string x)
    {
        int rank = author.Lengths(x).Length;
        int[] order = rank == 4 && random.Next(3) > 0 ? (random.Next(2) == 0 ? [0, 2, 3, 1] : [0, 3, 1, 2]) : Shuffled(rank);
        if (author.Add("Transpose", [x], Permutation(order)) is not { } y || random.Next(3) == 0) return;
        string inside = (random.Next(3) switch
        {
            0 => author.Add("Relu", [y]),
            1 when rank > 0 => author.Add("Add", [y, weights.Any(author.Lengths(y)[^1..])]),
            _ => y,
        }) ?? y;
        var inverse = new int[rank];
        for (int i = 0; i < rank; i++) inverse[order[i]] = i;
        author.Add("Transpose", [inside], Permutation(inverse));
    }

    public void View(string x)
    {
        int[] lengths = author.Lengths(x);
        int rank = lengths.Length;
        int axis = rank == 0 ? 0 : random.Next(rank);
        int count = lengths.Aggregate(1, (a, b) => a * b);
        switch (random.Next(9))
        {
            case 0: author.Add("Flatten", [x], NodeAttributes.Empty.With("axis", random.Next(rank + 1))); break;
            case 1: author.Add("Reshape", [x, weights.Integers([.. lengths.Select(l => (long)l)])]); break;
            case 2: author.Add("Reshape", [x, weights.Integers(lengths.Length > 0 ? lengths[0] : 1, -1)]); break;
            case 3 when rank < 4: author.Add("Unsqueeze", [x, weights.Integers(random.Next(rank + 1))]); break;
            case 4 when lengths.Contains(1): author.Add("Squeeze", [x, weights.Integers(Array.IndexOf(lengths, 1))]); break;
            case 5 when rank > 0: Slice(x, lengths, axis); break;
            case 6 when rank > 0: author.Add("ReduceMean", [x], NodeAttributes.Empty.With("axes", [(long)axis]).With("keepdims", random.Next(2))); break;
            case 7 when rank > 0 && lengths[axis] % 2 == 0: author.Add("Split", [x], NodeAttributes.Empty.With("axis", axis), outputs: 2); break;
            case 8 when rank > 0 && count < 200: author.Add(random.Next(2) == 0 ? "Expand" : "Tile", [x, weights.Integers([.. lengths.Select(_ => 1L)])]); break;
        }
    }

    private void Slice(string x, int[] lengths, int axis)
    {
        int step = random.Next(4) == 0 ? -1 : 1;
        int start = step < 0 ? lengths[axis] - 1 : random.Next(2) * random.Next(lengths[axis]);
        author.Add("Slice", [x, weights.Integers(start), weights.Integers(step < 0 ? -100 : lengths[axis]), weights.Integers(axis), weights.Integers(step)]);
    }

    private void Pad(string x, int[] lengths)
    {
        bool reflect = lengths[2] > 2 && lengths[3] > 2 && random.Next(6) == 0;
        int channels = reflect || random.Next(5) > 0 ? 0 : 1;
        long[] pads = [0, channels, random.Next(2), random.Next(3), 0, 0, random.Next(2), random.Next(2)];
        if (random.Next(8) == 0) pads[6] = -1;
        if (lengths[2] + pads[2] + pads[6] < 1) return;
        float value = random.Next(4) switch { 0 => float.NegativeInfinity, 1 => 0.5f, _ => 0 };
        if (author.Add("Pad", [x, weights.Integers(pads), weights.Filled(value, [])], reflect ? NodeAttributes.Empty.With("mode", new StringAttribute("reflect")) : null) is not { } y) return;

        // Infinity is for the pooling that leaves it out again, and for nothing else.
        if (float.IsInfinity(value) && !reflect) Pool(y, author.Lengths(y), maximum: true);
        if (float.IsInfinity(value)) author.Values.Remove(y);
    }

    private void Pool(string x, int[] lengths, bool maximum = false)
    {
        bool average = !maximum && random.Next(2) == 0;
        int kernel = Math.Min(random.Next(2, 4), Math.Min(lengths[2], lengths[3]));
        long pad = maximum ? 0 : random.Next(2) == 0 && kernel > 1 ? 1 : 0;
        NodeAttributes attributes = NodeAttributes.Empty.With("kernel_shape", [kernel, kernel]).With("strides", [random.Next(1, 3), 1]).With("pads", [pad, pad, 0, pad]);
        if (average) attributes = attributes.With("count_include_pad", random.Next(2));
        author.Add(average ? "AveragePool" : "MaxPool", [x], attributes, version: 11);
    }

    private void Convolution(string x, int[] lengths, int channels)
    {
        int groups = channels > 1 && random.Next(3) == 0 ? channels : 1;
        int outputs = groups * random.Next(1, 5 - Math.Min(groups, 3));
        int kernel = lengths[2] < 3 || lengths[3] < 3 ? 1 : 1 + (2 * random.Next(2));
        long pad = random.Next(2);
        NodeAttributes attributes = NodeAttributes.Empty.With("group", groups).With("pads", [pad, pad, 0, pad]).With("strides", [1, random.Next(1, 3)]);
        if (random.Next(5) == 0) attributes = attributes.Without("pads").With("auto_pad", new StringAttribute(random.Next(2) == 0 ? "VALID" : "SAME_UPPER"));
        author.Add("Conv", [x, weights.Any(outputs, channels / groups, kernel, kernel), .. Optional(outputs)], attributes, version: 11);
    }

    private string[] Optional(int count) => random.Next(2) == 0 ? [] : [weights.Any(count)];

    private int[] Shuffled(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle(order);
        return order;
    }

    private static NodeAttributes Permutation(int[] order) => NodeAttributes.Empty.With("perm", [.. order.Select(p => (long)p)]);
}
