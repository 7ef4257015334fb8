using System;
using System.Diagnostics;
using EdgeExample;

long start = Stopwatch.GetTimestamp();

// A two, as 8 × 8 pixels of 0 … 16.
ReadOnlySpan<float> image =
[
    0, 0, 0, 4, 15, 12, 0, 0,
    0, 0, 3, 16, 15, 14, 0, 0,
    0, 0, 8, 13, 8, 16, 0, 0,
    0, 0, 1, 6, 15, 11, 0, 0,
    0, 1, 8, 13, 15, 1, 0, 0,
    0, 9, 16, 16, 5, 0, 0, 0,
    0, 3, 13, 16, 16, 11, 5, 0,
    0, 0, 0, 3, 11, 16, 9, 0,
];
Span<float> logits = stackalloc float[Digits.LogitsLength];
Digits.Predict(image, logits);
int digit = 0;
for (int i = 1; i < logits.Length; i++)
    if (logits[i] > logits[digit]) digit = i;
double microseconds = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
Console.WriteLine("A " + digit.ToString() + ", " + ((int)microseconds).ToString() + " microseconds after the first statement of Main");
