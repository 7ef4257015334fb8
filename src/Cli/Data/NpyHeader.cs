using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace RedGen.Cli.Data;

/// <summary>The header of a .npy file: a Python dictionary with three keys.</summary>
/// <param name="Descriptor">The dtype, such as <c>&lt;f4</c>.</param>
/// <param name="IsFortran">Whether the first axis runs fastest.</param>
/// <param name="Shape">The lengths.</param>
internal sealed partial record NpyHeader(string Descriptor, bool IsFortran, ImmutableArray<long> Shape)
{
    /// <summary>Reads the dictionary's text.</summary>
    /// <exception cref="NpyException">A key is missing or malformed.</exception>
    public static NpyHeader Parse(string text)
    {
        Match descriptor = DescriptorPattern().Match(text);
        Match order = OrderPattern().Match(text);
        Match shape = ShapePattern().Match(text);
        if (!descriptor.Success || !order.Success || !shape.Success) throw new NpyException("its header is malformed, or it holds records");
        ImmutableArray<long>.Builder lengths = ImmutableArray.CreateBuilder<long>();
        foreach (string part in shape.Groups[1].Value.Split(','))
        {
            string number = part.Trim().TrimEnd('L');
            if (number.Length == 0) continue;
            if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long length)) throw new NpyException("its shape (" + shape.Groups[1].Value + ") is malformed");
            lengths.Add(length);
        }

        return new NpyHeader(descriptor.Groups[1].Value, order.Groups[1].Value == "True", lengths.ToImmutable());
    }

    [GeneratedRegex("""['"]descr['"]\s*:\s*['"]([^'"]*)['"]""")]
    private static partial Regex DescriptorPattern();

    [GeneratedRegex("""['"]fortran_order['"]\s*:\s*(True|False)""")]
    private static partial Regex OrderPattern();

    [GeneratedRegex("""['"]shape['"]\s*:\s*\(([^)]*)\)""")]
    private static partial Regex ShapePattern();
}
