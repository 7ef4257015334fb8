using System.CommandLine;
using System.Globalization;
using RedGen.Cli.Data;
using RedGen.Cli.Output;
using RedGen.Compiler.Graphs;

namespace RedGen.Cli.Measure;

/// <summary>Reads samples from a .npy file, with the options <c>--mean</c> and <c>--std</c> that make floats of bytes.</summary>
internal sealed class SampleFile
{
    /// <summary>Subtracted from u8/255.</summary>
    public Option<string> Mean { get; } = new("--mean")
    {
        Description = "For uint8 samples: they become (u8/255 − mean)/std; one number, or one a channel. Default: 0.",
        HelpName = "a,b,c",
    };

    /// <summary>Divides the difference.</summary>
    public Option<string> Deviation { get; } = new("--std") { Description = "See --mean. Default: 1/255, so that the raw values remain.", HelpName = "d,e,f" };

    /// <summary>Reads samples.</summary>
    /// <param name="parsed">Holds the two options.</param>
    /// <param name="file">The file.</param>
    /// <exception cref="ToolException">They cannot be read, or the options do not fit them.</exception>
    public SampleSet Read(ParseResult parsed, string file)
    {
        float[] mean = Numbers(parsed.GetValue(Mean), "--mean") ?? [0];
        float[] deviation = Numbers(parsed.GetValue(Deviation), "--std") ?? [1f / 255];
        Tensor array = ReadArray(file);
        bool isNormalised = parsed.GetValue(Mean) is not null || parsed.GetValue(Deviation) is not null;
        if (isNormalised && array.ElementType != ElementType.UInt8) throw new ToolException("--mean and --std are for samples of uint8; these are " + array.ElementType.Name());
        return new SampleSet(array, mean, deviation, isNormalised);
    }

    /// <summary>Reads an array.</summary>
    /// <exception cref="ToolException">It cannot be read.</exception>
    public static Tensor ReadArray(string file)
    {
        try
        {
            return NpyFile.Read(file);
        }
        catch (NpyException problem)
        {
            throw new ToolException(problem.Message);
        }
    }

    private static float[]? Numbers(string? text, string option)
    {
        if (text is null) return null;
        string[] parts = text.Split(',');
        var numbers = new float[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            bool isNumber = float.TryParse(parts[i].Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]);
            if (!isNumber || !float.IsFinite(numbers[i])) throw new ToolException(option + " " + text + ": '" + parts[i] + "' is no number");
        }

        return numbers;
    }
}
