using System.Globalization;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Signal;

/// <summary>STFT: Fourier transforms of frames that are cut out of a signal at equal steps, each multiplied by a window.</summary>
internal sealed class Stft : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "STFT",
        Notes = "computed in double",
        Versions = [17],
        Inputs =
        [
            new("signal", TypeSet.Float), new("frame_step", TypeSet.Index), new("window", TypeSet.Float, Arity.Optional),
            new("frame_length", TypeSet.Index, Arity.Optional),
        ],
        Outputs = [new("output", TypeSet.Float)],
        Attributes = [new("onesided", AttributeKind.Int)],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <summary>Whether half of each spectrum is given.</summary>
    public static bool IsOneSided(InferenceContext context) => context.Attributes.Int("onesided", 1) != 0;

    /// <summary>The length of a frame; throws where it is computed at run time.</summary>
    public static long Length(InferenceContext context)
        => context.HasInput(2) ? context.Lengths(2)[0]
        : context.HasInput(3) ? context.RequireIntegers(3, "frame_length")[0]
        : context.Lengths(0)[1];

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        Check(context);
        int[] x = context.Lengths(0);
        long length = Length(context);
        if (context.HasInput(3) && context.Constant(3) is not null && context.RequireIntegers(3, "frame_length")[0] != length) throw context.Fail("frame_length is not the length of the window");
        long step = context.RequireIntegers(1, "frame_step")[0];
        if (step < 1 || length < 1 || length > x[1])
        {
            throw context.Fail("frames of length " + length.ToString(CultureInfo.InvariantCulture) + " in steps of " + step.ToString(CultureInfo.InvariantCulture)
                + " do not fit into the signal");
        }

        context.SetComputedOutput(0, context.Type(0), [x[0], ((x[1] - length) / step) + 1, IsOneSided(context) ? (length / 2) + 1 : length, 2]);
    }

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        Check(context);
        int[] x = context.Lengths(0);
        bool fits = shapes[0] is [int batch, > 0, int bins and > 0, 2] && batch == x[0] && bins <= x[1];
        if (fits) context.SetOutput(0, context.Type(0), shapes[0]);
        return fits;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int step = (int)System.Math.Min(int.MaxValue, context.Input(1).Integers![0]);
        int length = (int)Length(context.Parameters);
        int parts = x.Rank == 3 ? x.Lengths[2] : 1;
        int bins = y.Lengths[2];
        for (int frame = 0; frame < y.Lengths[0] * y.Lengths[1]; frame++)
        {
            var real = new double[length];
            var imaginary = new double[length];
            int start = (frame / y.Lengths[1] * x.Lengths[1]) + (frame % y.Lengths[1] * step);
            for (int k = 0; k < length; k++)
            {
                double weight = context.OptionalInput(2)?.Reals![k] ?? 1;
                real[k] = weight * x.Reals![(start + k) * parts];
                imaginary[k] = parts == 2 ? weight * x.Reals[((start + k) * 2) + 1] : 0;
            }

            (real, imaginary) = FourierSum.Of(real, imaginary, isInverse: false);
            for (int k = 0; k < bins; k++)
            {
                y.Reals![((frame * bins) + k) * 2] = real[k];
                y.Reals[(((frame * bins) + k) * 2) + 1] = imaginary[k];
            }
        }

        context.SetOutput(0, y);
    }

    private static void Check(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        if (x is not ([_, _] or [_, _, 1 or 2])) throw context.Fail("the signal must have the shape [batch, length, 1], or [batch, length, 2] with real and imaginary parts");
        if (x is [_, _, 2] && IsOneSided(context)) throw context.Invalid("half of a spectrum is enough for real signals only; set onesided to 0 for complex ones");
        if (context.HasInput(2) && (context.Type(2) != context.Type(0) || context.Lengths(2).Length != 1)) throw context.Fail("the window must be a vector of the signal's type");
        if (context.Shape(1) is { IsStatic: true, ElementCount: not 1 } || (context.HasInput(3) && context.Shape(3) is { IsStatic: true, ElementCount: not 1 }))
            throw context.Fail("frame_step and frame_length must be one number each");
    }
}
