using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using DigitsExample;

string data = Path.Combine(AppContext.BaseDirectory, "data");
float[] images = NpyFile.ReadFloats(Path.Combine(data, "images.npy"));
float[] expected = NpyFile.ReadFloats(Path.Combine(data, "expected.npy"));
int[] labels = [.. File.ReadLines(Path.Combine(data, "labels.txt")).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];

int right = 0;
int asExpected = 0;
var predictions = new int[labels.Length];
Span<float> logits = stackalloc float[Digits.LogitsLength];
for (int i = 0; i < labels.Length; i++)
{
    Digits.Predict(Image(i), logits);
    predictions[i] = ArgMax(logits);
    if (predictions[i] == labels[i]) right++;
    if (predictions[i] == ArgMax(expected.AsSpan(i * Digits.LogitsLength, Digits.LogitsLength))) asExpected++;
}

foreach (int i in new[] { 0, 1, 2 }) DigitPicture.Draw(Console.Out, Image(i), predictions[i], labels[i]);

Console.WriteLine(FormattableString.Invariant($"Accuracy: {100.0 * right / labels.Length:F2} % ({right} of {labels.Length} test images)"));
Console.WriteLine($"Same prediction as ONNX Runtime: {asExpected} of {labels.Length}");
Console.WriteLine(FormattableString.Invariant($"Time per image: {MicrosecondsPerImage(logits):F2} µs (one thread, {Digits.Macs:N0} multiply-adds)"));
return right >= 0.99 * labels.Length && asExpected == labels.Length ? 0 : 1;

ReadOnlySpan<float> Image(int index) => images.AsSpan(index * Digits.InputLength, Digits.InputLength);

static int ArgMax(ReadOnlySpan<float> values)
{
    int best = 0;
    for (int i = 1; i < values.Length; i++)
        if (values[i] > values[best]) best = i;
    return best;
}

// The fastest of many passes over the test images: the first ones also pay for the JIT.
double MicrosecondsPerImage(Span<float> output)
{
    double best = double.MaxValue;
    for (int pass = 0; pass < 100; pass++)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < labels.Length; i++) Digits.Predict(Image(i), output);
        best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / labels.Length);
    }

    return best;
}
