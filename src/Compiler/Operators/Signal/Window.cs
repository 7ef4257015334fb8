using System;
using System.Collections.Immutable;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Signal;

/// <summary>HannWindow, HammingWindow and BlackmanWindow: a constant less one cosine wave, plus another of twice the frequency.</summary>
/// <param name="name">The operator's name.</param>
/// <param name="mean">The constant.</param>
/// <param name="first">The amplitude of one wave over the window.</param>
/// <param name="second">The amplitude of two waves over the window.</param>
internal sealed class Window(string name, double mean, double first, double second) : Operator
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<Operator> Operators { get; } =
    [
        new Window("BlackmanWindow", 0.42, 0.5, 0.08), new Window("HammingWindow", 25.0 / 46, 21.0 / 46, 0), new Window("HannWindow", 0.5, 0.5, 0),
    ];

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = name,
        Versions = [17],
        Inputs = [new("size", TypeSet.Index)],
        Outputs = [new("output", TypeSet.Numeric)],
        Attributes = [new("output_datatype", AttributeKind.Int), new("periodic", AttributeKind.Int)],
    };

    /// <summary>The constant.</summary>
    public double Mean => mean;

    /// <summary>The amplitude of one wave over the window.</summary>
    public double First => first;

    /// <summary>The amplitude of two waves over the window.</summary>
    public double Second => second;

    /// <summary>The number of steps in which the waves come back to where they began. A window of one element has none: it is 1.</summary>
    public static int Period(Node node, int size) => node.Attributes.Int("periodic", 1) != 0 ? size : size - 1;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        ElementType type = OutputType(context);
        if (context.Shape(0) is { IsStatic: true, ElementCount: not 1 }) throw context.Fail("size must be one number");
        context.SetComputedOutput(0, type, [context.RequireIntegers(0, "size")[0]]);
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        if (context.Shape(0).ElementCount != 1 || shapes[0].Length != 1) return false;
        context.SetOutput(0, OutputType(context), shapes[0]);
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor y = context.NewOutput(0);
        int period = Period(context.Node, y.Count);
        for (int i = 0; i < y.Count; i++)
        {
            double turn = 2 * Math.PI * i / period;
            double value = period == 0 ? 1 : mean - (first * Math.Cos(turn)) + (second * Math.Cos(2 * turn));
            if (y.IsReal) y.Reals![i] = value;
            else y.Integers![i] = ElementRounding.Truncate(y.ElementType, value);
        }

        context.SetOutput(0, y);
    }

    private static ElementType OutputType(InferenceContext context) => OutputTypes.Read(context, "output_datatype", ElementType.Float32, TypeSet.Numeric);
}
