using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Recurrent;

namespace RedGen.Compiler.Kernels.Recurrent;

/// <summary>The inputs of a recurrent node that its code reads, by their part in the operator.</summary>
internal sealed class RecurrentOperands
{
    /// <summary>The places of the inputs in the operator.</summary>
    public const int X = 0, W = 1, R = 2, B = 3, Lengths = 4, InitialHidden = 5, InitialCell = 6, Peepholes = 7;

    private static readonly string[] Parts = ["x", "w", "r", "b", "lengths", "initialHidden", "initialCell", "peepholes"];

    private readonly List<int> _places;

    private RecurrentOperands(Node node, List<int> places)
    {
        _places = places;
        Values = [.. places.Select(p => node.Inputs[p])];
        Names = [.. places.Select(p => Parts[p])];
    }

    /// <summary>The values, as a step lists them.</summary>
    public ImmutableArray<string> Values { get; }

    /// <summary>What the step's method calls them.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Whether an input is read at run time.</summary>
    public bool Has(int place) => _places.Contains(place);

    /// <summary>The C# name of an input that is read.</summary>
    public string Name(StepWriter writer, int place) => writer.Input(_places.IndexOf(place));

    /// <summary>Reads the layer of a node.</summary>
    public static RecurrentLayer Layer(Node node, KernelContext context)
        => ((RecurrentOperator)OperatorTable.Find(node.Operator)!).Read(context.Parameters(node));

    /// <summary>The inputs that are given, without those that say what holds anyway (lengths of all steps, states of zeros) and those that are packed.</summary>
    /// <param name="node">The node.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="context">The context.</param>
    /// <param name="packed">The places of constants that the kernel packs.</param>
    public static RecurrentOperands Read(Node node, RecurrentLayer layer, KernelContext context, params int[] packed)
    {
        var places = new List<int>();
        for (int p = 0; p < Parts.Length; p++)
        {
            if (!node.HasInput(p) || packed.Contains(p)) continue;
            if (context.Constant(node.Inputs[p]) is not { } constant || !SaysNothing(p, constant, layer)) places.Add(p);
        }

        return new RecurrentOperands(node, places);
    }

    private static bool SaysNothing(int place, Tensor constant, RecurrentLayer layer) => place switch
    {
        Lengths => constant.AsSpan<int>().ToArray().All(l => l == layer.Steps),
        InitialHidden or InitialCell => constant.Data.ToArray().All(b => b == 0),
        _ => false,
    };

    /// <summary>What the layer is, as summaries say it: <c>LSTM, 8 steps of 8 → 32</c>.</summary>
    public static string Summary(Node node, RecurrentLayer layer)
    {
        string walk = layer.Directions.Length == 2 ? ", both directions" : layer.Directions[0].IsReverse ? ", backwards" : "";
        string batch = layer.Batch == 1 ? "" : ", " + CSharpLiteral.Of(layer.Batch) + " sequences";
        return $"{node.Operator.Name}, {(layer.Steps == 1 ? "one step" : CSharpLiteral.Of(layer.Steps) + " steps")} of {CSharpLiteral.Of(layer.Inputs)} → {CSharpLiteral.Of(layer.Hidden)}{batch}{walk}";
    }

    /// <summary>Multiply-adds of the products.</summary>
    public static long MultiplyAdds(RecurrentLayer layer)
        => (long)layer.Directions.Length * layer.Steps * layer.Batch * layer.GateRows * ((long)layer.Inputs + layer.Hidden);

    /// <summary>Writes the check of lengths that are known at run time only.</summary>
    public void EmitLengthCheck(StepWriter writer, RecurrentLayer layer)
    {
        if (!Has(Lengths)) return;
        string lengths = Name(writer, Lengths);
        using (writer.Block($"for (int n = 0; n < {layer.Batch}; n++)"))
        using (writer.Block($"if ({lengths}[n] < 0 || {lengths}[n] > {layer.Steps})"))
            writer.Line($"throw new ArgumentOutOfRangeException(\"sequence_lens\", {lengths}[n], \"{writer.Step.Nodes[0].Operator.Name}: a length is outside 0 … {layer.Steps}.\");");
    }
}
