using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Operators.Signal;

/// <summary>
/// DFT: the discrete Fourier transform along one axis. The last axis holds real numbers, or real and imaginary parts. With onesided the
/// forward transform gives half of the spectrum of a real signal, and the inverse one the real signal of half a spectrum.
/// </summary>
internal sealed class Dft : Operator
{
    /// <summary>The opset from which the axis is an input.</summary>
    private const int AxisIsInputSince = 20;

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "DFT",
        Notes = "onesided and inverse: half a spectrum to real numbers; computed in double",
        Versions = [17, AxisIsInputSince],
        Inputs =
        [
            new("input", TypeSet.Float), new("dft_length", TypeSet.Index, Arity.Optional),
            new("axis", TypeSet.Int64, Arity.Optional, AxisIsInputSince),
        ],
        Outputs = [new("output", TypeSet.Float)],
        Attributes =
        [
            new("axis", AttributeKind.Int, Until: AxisIsInputSince - 1), new("inverse", AttributeKind.Int), new("onesided", AttributeKind.Int),
        ],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <summary>Whether a node transforms backwards, and whether half of a spectrum stands for all of it.</summary>
    public static (bool IsInverse, bool IsOneSided) Direction(InferenceContext context)
        => (context.Attributes.Int("inverse", 0) != 0, context.Attributes.Int("onesided", 0) != 0);

    /// <summary>The axis; throws where it is computed at run time.</summary>
    public static int Axis(InferenceContext context)
    {
        long axis = context.Version < AxisIsInputSince ? context.Attributes.Int("axis", 1) : context.HasInput(2) ? context.RequireIntegers(2, "axis")[0] : -2;
        int normal = context.Axis(axis, context.Rank(0));
        return normal < context.Rank(0) - 1 ? normal : throw context.Fail("the last axis holds real and imaginary parts and cannot be transformed");
    }

    /// <summary>The length of the transform along an axis; throws where it is computed at run time.</summary>
    public static long Length(InferenceContext context, int axis)
    {
        (bool isInverse, bool isOneSided) = Direction(context);
        long count = context.Lengths(0)[axis];
        long length = context.HasInput(1) ? context.RequireIntegers(1, "dft_length")[0] : isInverse && isOneSided ? 2 * (count - 1) : count;
        return length >= 1 ? length : throw context.Fail("a transform of length " + length.ToString(System.Globalization.CultureInfo.InvariantCulture) + " is not possible");
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        Check(context);
        (bool isInverse, bool isOneSided) = Direction(context);
        int[] x = context.Lengths(0);
        int axis = Axis(context);
        long length = Length(context, axis);
        long[] y = [.. x.Select(d => (long)d)];
        y[axis] = isOneSided && !isInverse ? (length / 2) + 1 : length;
        y[y.Length - 1] = isOneSided && isInverse ? 1 : 2;
        context.SetComputedOutput(0, context.Type(0), y);
    }

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        Check(context);
        (bool isInverse, bool isOneSided) = Direction(context);
        int[] x = context.Lengths(0);
        int[] y = shapes[0];
        bool fits = y.Length == x.Length && y[^1] == (isOneSided && isInverse ? 1 : 2)
            && Enumerable.Range(0, x.Length - 1).Count(a => x[a] != y[a]) <= 1 && y.Take(y.Length - 1).All(d => d > 0);
        if (fits) context.SetOutput(0, context.Type(0), y);
        return fits;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        (bool isInverse, bool isOneSided) = Direction(context.Parameters);
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int axis = Axis(context.Parameters);
        int length = (int)Length(context.Parameters, axis);
        int parts = x.Lengths[^1];
        AxisView from = AxisView.Of([.. x.Lengths.Take(x.Rank - 1)], axis);
        AxisView to = AxisView.Of([.. y.Lengths.Take(y.Rank - 1)], axis);
        for (int line = 0; line < from.Outer * from.Inner; line++)
        {
            var real = new double[length];
            var imaginary = new double[length];
            int start = from.Start(line / from.Inner, line % from.Inner);
            for (int k = 0; k < Math.Min(length, from.Length); k++)
            {
                real[k] = x.Reals![(start + (k * from.Inner)) * parts];
                imaginary[k] = parts == 2 ? x.Reals[((start + (k * from.Inner)) * parts) + 1] : 0;
            }

            // The other half of the spectrum of a real signal is the conjugate of the first.
            for (int k = (length / 2) + 1; k < length && isInverse && isOneSided; k++) (real[k], imaginary[k]) = (real[length - k], -imaginary[length - k]);
            (real, imaginary) = FourierSum.Of(real, imaginary, isInverse);
            start = to.Start(line / from.Inner, line % from.Inner);
            for (int k = 0; k < to.Length; k++)
            {
                y.Reals![(start + (k * to.Inner)) * y.Lengths[^1]] = real[k];
                if (y.Lengths[^1] == 2) y.Reals[((start + (k * to.Inner)) * 2) + 1] = imaginary[k];
            }
        }

        context.SetOutput(0, y);
    }

    private static void Check(InferenceContext context)
    {
        (bool isInverse, bool isOneSided) = Direction(context);
        int[] x = context.Lengths(0);
        if (x.Length < 2 || x[^1] is not (1 or 2)) throw context.Fail("the last axis must hold one real number, or a real and an imaginary part");
        if (isOneSided && !isInverse && x[^1] == 2) throw context.Invalid("half of a spectrum is enough for real signals only; set onesided to 0 for complex ones");
        if (isOneSided && isInverse && x[^1] == 1) throw context.Invalid("half of a spectrum needs real and imaginary parts; set onesided to 0 for real input");
        for (int i = 1; i < context.InputCount; i++)
            if (context.HasInput(i) && context.Shape(i) is { IsStatic: true, ElementCount: not 1 }) throw context.Fail("dft_length and axis must be one number each");
    }
}
