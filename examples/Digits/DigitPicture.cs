using System;
using System.Globalization;
using System.IO;

namespace DigitsExample;

/// <summary>Draws an image of 8 × 8 grey values as text.</summary>
internal static class DigitPicture
{
    private const int Side = 8;
    private const string Shades = " .:-=+*#%@";

    /// <summary>Draws one image, values from 0 to 1, with what the network says of it.</summary>
    public static void Draw(TextWriter writer, ReadOnlySpan<float> image, int prediction, int label)
    {
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                char shade = Shades[(int)(Math.Clamp(image[(y * Side) + x], 0f, 1f) * (Shades.Length - 1))];
                writer.Write(shade);
                writer.Write(shade);
            }

            writer.WriteLine();
        }

        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"predicted {prediction}, labelled {label}"));
        writer.WriteLine();
    }
}
