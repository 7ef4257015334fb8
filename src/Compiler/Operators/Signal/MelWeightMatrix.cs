using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Signal;

/// <summary>MelWeightMatrix: one triangle of weights over the bins of a spectrum for each band, the bands equally wide on the mel scale.</summary>
internal sealed class MelWeightMatrix : Operator
{
    private static readonly string[] Names = ["num_mel_bins", "dft_length", "sample_rate", "lower_edge_hertz", "upper_edge_hertz"];

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "MelWeightMatrix",
        Versions = [17],
        Inputs =
        [
            new("num_mel_bins", TypeSet.Index), new("dft_length", TypeSet.Index), new("sample_rate", TypeSet.Index),
            new("lower_edge_hertz", TypeSet.Float), new("upper_edge_hertz", TypeSet.Float),
        ],
        Outputs = [new("output", TypeSet.Numeric)],
        Attributes = [new("output_datatype", AttributeKind.Int)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        ElementType type = OutputType(context);
        CheckScalars(context);
        long bands = context.RequireIntegers(0, Names[0])[0];
        long length = context.RequireIntegers(1, Names[1])[0];
        context.SetComputedOutput(0, type, [length < 0 ? -1 : (length / 2) + 1, bands]);
        if (Known(context, 2) is not { } rate || Known(context, 3) is not { } low || Known(context, 4) is not { } high) return;
        if (bands > 1 << 20) throw context.TooLarge("so many bands are not supported");
        if (Edges((int)bands, length, (long)rate, low, high) is null)
            throw context.Fail("the bands from lower_edge_hertz to upper_edge_hertz do not lie within the spectrum, which ends at half the sample rate");
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        CheckScalars(context);
        if (shapes[0].Length != 2 || shapes[0][0] < 1) return false;
        context.SetOutput(0, OutputType(context), shapes[0]);
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor y = context.NewOutput(0);
        long[] numbers = [context.Input(0).Integers![0], context.Input(1).Integers![0], context.Input(2).Integers![0]];
        if (numbers[0] != y.Lengths[1] || numbers[1] < 0 || (numbers[1] / 2) + 1 != y.Lengths[0])
            throw new ArgumentException(context.Node.Label + ": num_mel_bins and dft_length give another shape than the one that the file declares.");
        int[] edges = Edges(y.Lengths[1], numbers[1], numbers[2], context.Input(3).Real(0), context.Input(4).Real(0))
            ?? throw new ArgumentException(context.Node.Label + ": the bands do not lie within the spectrum.");
        for (int bin = 0; bin < y.Lengths[0]; bin++)
        {
            for (int band = 0; band < y.Lengths[1]; band++)
            {
                double weight = Weight(bin, edges[band], edges[band + 1], edges[band + 2]);
                if (y.IsReal) y.Reals![(bin * y.Lengths[1]) + band] = weight;
                else y.Integers![(bin * y.Lengths[1]) + band] = ElementRounding.Truncate(y.ElementType, weight);
            }
        }

        context.SetOutput(0, y);
    }

    /// <summary>The weight of a bin in a band that rises from one edge to its peak and falls to the other; a band without width has its peak alone.</summary>
    private static double Weight(int bin, int start, int peak, int end)
    {
        if (bin == peak) return 1;
        if (bin > start && bin < peak) return (double)(bin - start) / (peak - start);
        return bin > peak && bin < end ? (double)(end - bin) / (end - peak) : 0;
    }

    /// <summary>The bins where the bands begin, peak and end: each band ends where the next but one begins. Null where they leave the spectrum.</summary>
    private static int[]? Edges(int bands, long length, long rate, double low, double high)
    {
        if (rate < 1) return null;
        double lowMel = 2595 * Math.Log10(1 + (low / 700));
        double step = ((2595 * Math.Log10(1 + (high / 700))) - lowMel) / (bands + 2);
        var edges = new int[bands + 2];
        for (int i = 0; i < edges.Length; i++)
        {
            double hertz = 700 * (Math.Pow(10, (lowMel + (i * step)) / 2595) - 1);
            double bin = Math.Floor((length + 1) * hertz / rate);
            // The last edge has weight 0: it may be the first bin beyond the spectrum.
            if (!(bin >= (i == 0 ? 0 : edges[i - 1]) && bin <= (length / 2) + (i == bands + 1 ? 1 : 0))) return null;
            edges[i] = (int)bin;
        }

        return edges;
    }

    private static void CheckScalars(InferenceContext context)
    {
        for (int i = 0; i < Names.Length; i++)
            if (context.Shape(i) is { IsStatic: true, ElementCount: not 1 }) throw context.Fail(Names[i] + " must be one number");
    }

    private static double? Known(InferenceContext context, int input)
        => context.Constant(input) is { } constant ? ReferenceTensor.FromTensor(constant).Real(0) : null;

    private static ElementType OutputType(InferenceContext context) => OutputTypes.Read(context, "output_datatype", ElementType.Float32, TypeSet.Numeric);
}
