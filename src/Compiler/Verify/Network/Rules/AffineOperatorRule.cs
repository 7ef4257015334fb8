using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>
/// Operators that are affine in all values that depend on the input, taken together: what they make of zeros is the constant, and what they make of
/// a unit vector beyond that is a column of the matrix.
/// </summary>
internal static class AffineOperatorRule
{
    /// <summary>Elements of all columns.</summary>
    private const long ElementLimit = 1 << 21;

    /// <summary>The share of the largest weight that double arithmetic may lose of any: far more than a fast Fourier transform or a table of weights does.</summary>
    private const double DoubleShare = 1.0 / (1 << 16);

    /// <summary>Reads a DFT or STFT: kernels compute lines in double and round the result. A constant window belongs to the matrix.</summary>
    public static void Fourier(NetworkBuilder builder, Node node) => InDouble(builder, node);

    /// <summary>Reads a GridSample whose places are known: weights and sums in double.</summary>
    public static void GridSample(NetworkBuilder builder, Node node)
    {
        if (builder.IsVariable(node.Inputs[1])) throw new UnverifiableException("reads at places that depend on the input");
        // Where the nearest element changes, a place off by a double's rounding would be another element.
        if (node.Attributes.String("mode", "linear") == "nearest") throw new UnverifiableException("takes the nearest element of a computed place");
        InDouble(builder, node);
    }

    /// <summary>Reads a RotaryEmbedding whose angles are known: sums of two products.</summary>
    public static void Rotary(NetworkBuilder builder, Node node)
    {
        if (node.Inputs.Skip(1).Any(i => i.Length > 0 && builder.IsVariable(i))) throw new UnverifiableException("rotates by angles that depend on the input");
        Add(builder, node, 2, 0);
    }

    /// <summary>Reads a Scatter that replaces elements, or adds to them.</summary>
    public static void Scatter(NetworkBuilder builder, Node node)
    {
        string reduction = node.Attributes.String("reduction", "none");
        if (reduction == "none") MovementRule.Read(builder, node);
        else if (reduction != "add") throw new UnverifiableException("multiplies or compares what it scatters");
        else if (builder.IsVariable(node.Inputs[1])) throw new UnverifiableException("writes to places that depend on the input");
        else Add(builder, node, builder.Length(node.Inputs[2]) + 1, 0);
    }

    /// <summary>Reads a MaxUnpool whose places are known.</summary>
    public static void MaxUnpool(NetworkBuilder builder, Node node)
    {
        if (node.Inputs.Skip(1).Any(i => i.Length > 0 && builder.IsVariable(i))) throw new UnverifiableException("writes to places that depend on the input");
        Add(builder, node, 1, 0);
    }

    private static void InDouble(NetworkBuilder builder, Node node) => Add(builder, node, 1, DoubleShare);

    /// <summary>Adds the node of an operator.</summary>
    /// <param name="builder">The network.</param>
    /// <param name="node">The operator, of one output.</param>
    /// <param name="terms">Products of an output as float32 computes them.</param>
    /// <param name="share">The share of the largest weight that every weight may be off by.</param>
    private static void Add(NetworkBuilder builder, Node node, int terms, double share)
    {
        string name = node.Outputs[0];
        string[] variables = [.. node.Inputs.Where(i => i.Length > 0 && builder.IsVariable(i)).Distinct()];
        int outputs = builder.Length(name);
        if (share > 0 && variables.Length > 1) throw new UnverifiableException("reads several values that depend on the input");
        if (variables.Sum(v => (long)builder.Length(v)) * outputs > ElementLimit) throw new UnverifiableException("is too large to be analysed");
        double[] constant = Image(builder, node, "", 0);
        var sum = new AffineSum(outputs);
        sum.Add(constant);
        LinearMap? beside = null;
        foreach (string variable in variables)
        {
            double[][] columns = [.. Enumerable.Range(0, builder.Length(variable)).Select(j => Difference(Image(builder, node, variable, j), constant))];
            sum.Add(builder.Index(variable), Matrix(columns, outputs, static w => w));
            double most = share * columns.Max(static c => c.Max(Math.Abs));
            if (share > 0) beside = Matrix(columns, outputs, w => Math.Max(0, most - Math.Abs(w)));
        }

        builder.Add(name, sum.ToNode(name, new AffineRounding(terms) { Beside = beside }));
    }

    private static double[] Difference(double[] a, double[] b)
    {
        for (int i = 0; i < a.Length; i++) a[i] -= b[i];
        return a;
    }

    private static LinearMap Matrix(double[][] columns, int outputs, Func<double, double> element)
    {
        var map = new LinearMapBuilder(columns.Length);
        for (int i = 0; i < outputs; i++)
        {
            for (int j = 0; j < columns.Length; j++) map.Add(j, element(columns[j][i]));
            map.EndRow();
        }

        return map.ToMap();
    }

    /// <summary>What the operator makes of zeros, but for an element of a value that is 1.</summary>
    private static double[] Image(NetworkBuilder builder, Node node, string variable, int element)
    {
        ReferenceTensor?[] inputs = [.. node.Inputs.Select(name =>
        {
            // All reals are double, as the operator is asked to compute.
            if (name.Length == 0 || !builder.IsVariable(name)) return UnitVectorRule.Constant(builder, name) is { } constant ? constant.Reals is { } reals ? new ReferenceTensor(ElementType.Float64, constant.Lengths, reals) : constant : null;
            var tensor = new ReferenceTensor(ElementType.Float64, builder.Shape(name));
            if (name == variable) tensor.Reals![element] = 1;
            return tensor;
        })];
        return (double[])builder.Evaluate(node, OperatorTable.Find(node.Operator)!, inputs)[0].Reals!.Clone();
    }
}
